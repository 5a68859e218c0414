import { Link } from '@visavox/console/router';
import { useTranslation } from 'react-i18next';

export function ConsoleLinks() {
  const { t } = useTranslation('operator');
  return <Link href="/">{t('to_sign_in')}</Link>;
}
