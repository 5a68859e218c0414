import { useTranslation } from 'react-i18next';

/** Numbers, days and durations as the reader's language writes them. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = i18n.resolvedLanguage ?? 'en';
  // British readers of English write their days otherwise than American ones.
  return formats(navigator.languages.find((tag) => tag.startsWith(language)) ?? language);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function formats(language: string) {
  return {
    number: (value: number) => new Intl.NumberFormat(language).format(value),
    figure: (value: number) => new Intl.NumberFormat(language, { maximumSignificantDigits: 4 }).format(value),
    /** Where there is room for some characters only: as a power of ten where it would be long. */
    brief: (value: number) =>
      new Intl.NumberFormat(language, {
        maximumSignificantDigits: 4,
        ...(value !== 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 1e6) && { notation: 'scientific' }),
      }).format(value),
    /** In decimal units, as disks and clouds count them. */
    bytes(value: number): string {
      const step = Math.min(Math.floor(Math.log10(Math.max(1, value)) / 3), units.length - 1);
      return new Intl.NumberFormat(language, {
        ...{ style: 'unit', unit: units[step] ?? 'byte', unitDisplay: step === 0 ? 'long' : 'short' },
        maximumFractionDigits: step === 0 ? 0 : 1,
      }).format(value / 1000 ** step);
    },
    percent: (share: number) =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(share),
    day: (date: string) => new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(new Date(date)),
    shortDay: (date: string) =>
      new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }).format(new Date(date)),
    moment: (date: string) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(date)),
    duration(seconds: number): string {
      const unit = (value: number, name: string, digits = 0) =>
        new Intl.NumberFormat(language, {
          style: 'unit',
          unit: name,
          unitDisplay: 'narrow',
          maximumFractionDigits: digits,
        }).format(value);
      if (seconds < 60) return unit(seconds, 'second', seconds < 10 ? 1 : 0);
      const minutes = Math.floor(seconds / 60);
      if (minutes < 60) return `${unit(minutes, 'minute')} ${unit(Math.floor(seconds % 60), 'second')}`;
      return `${unit(Math.floor(minutes / 60), 'hour')} ${unit(minutes % 60, 'minute')}`;
    },
  };
}
