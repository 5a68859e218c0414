import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { applyTheme, isTheme, keptTheme } from '../styles/theme.ts';
import { chooseLanguage, isLanguage, languages } from '../text/i18n.ts';

export function LanguageChoice() {
  const { t, i18n } = useTranslation();
  return (
    <label className="choice">
      <span className="visually-hidden">{t('language')}</span>
      <select
        value={i18n.resolvedLanguage}
        onChange={({ target }) => isLanguage(target.value) && void chooseLanguage(target.value)}
      >
        {Object.entries(languages).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function ThemeChoice() {
  const { t } = useTranslation();
  const [theme, setTheme] = useState(keptTheme);
  return (
    <label className="choice">
      <span className="visually-hidden">{t('theme')}</span>
      <select
        value={theme}
        onChange={({ target }) => {
          if (!isTheme(target.value)) return;
          applyTheme(target.value);
          setTheme(target.value);
        }}
      >
        <option value="system">{t('theme_system')}</option>
        <option value="light">{t('theme_light')}</option>
        <option value="dark">{t('theme_dark')}</option>
      </select>
    </label>
  );
}
