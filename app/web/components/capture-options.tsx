import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Device,
  type DeviceChoice,
  type DeviceList,
  keepDevices,
  keptDevices,
  listDevices,
} from '../capture/device-choice.ts';
import { type GuidanceSettings, keepGuidance, keptGuidance } from '../capture/guidance-settings.ts';

/** Which camera and microphone, and how one likes to be led; kept in this browser. */
export function CaptureOptions(props: {
  open?: boolean;
  /** Whether the page may use the devices, which have names from then on. */
  allowed?: boolean;
  onDevices?: () => void;
  onGuidance?: () => void;
}) {
  const { t } = useTranslation('page');
  const devices = useDeviceList(props.allowed ?? false);
  const [choice, setChoice] = useState(keptDevices);
  const [guidance, setGuidance] = useState(keptGuidance);
  const choose = (change: Partial<DeviceChoice>) => {
    const chosen = { ...choice, ...change };
    keepDevices(chosen);
    setChoice(chosen);
    props.onDevices?.();
  };
  const lead = (change: Partial<GuidanceSettings>) => {
    const chosen = { ...guidance, ...change };
    keepGuidance(chosen);
    setGuidance(chosen);
    props.onGuidance?.();
  };
  return (
    <details className="other-way options" open={props.open}>
      <summary>{t('options.title')}</summary>
      <div className="stack">
        <DeviceSelect
          label={t('options.camera')}
          unnamed={(n) => t('options.camera_n', { n })}
          devices={devices.cameras}
          chosen={choice.camera}
          onChoose={(camera) => choose({ camera })}
        />
        <DeviceSelect
          label={t('options.microphone')}
          unnamed={(n) => t('options.microphone_n', { n })}
          devices={devices.microphones}
          chosen={choice.microphone}
          onChoose={(microphone) => choose({ microphone })}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={guidance.spoken}
            onChange={({ target }) => lead({ spoken: target.checked })}
          />
          {t('options.spoken')}
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={guidance.byHand}
            onChange={({ target }) => lead({ byHand: target.checked })}
          />
          {t('options.by_hand')}
        </label>
      </div>
    </details>
  );
}

function DeviceSelect(props: {
  label: string;
  unnamed: (n: string) => string;
  devices: readonly Device[];
  chosen: string | null;
  onChoose: (id: string | null) => void;
}) {
  const { t } = useTranslation('page');
  const id = useId();
  const isThere = props.devices.some((device) => device.id === props.chosen);
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        value={isThere ? (props.chosen ?? '') : ''}
        onChange={({ target }) => props.onChoose(target.value || null)}
      >
        <option value="">{t('options.any')}</option>
        {props.devices.map((device, index) => (
          <option key={device.id} value={device.id}>
            {device.label || props.unnamed(String(index + 1))}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What is plugged in, now and later. */
function useDeviceList(allowed: boolean): DeviceList {
  const [list, setList] = useState<DeviceList>({ cameras: [], microphones: [] });
  // biome-ignore lint/correctness/useExhaustiveDependencies: names appear with the permission
  useEffect(() => {
    const refresh = () => void listDevices().then(setList);
    refresh();
    navigator.mediaDevices?.addEventListener('devicechange', refresh);
    return () => navigator.mediaDevices?.removeEventListener('devicechange', refresh);
  }, [allowed]);
  return list;
}
