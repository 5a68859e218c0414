import { useTranslation } from 'react-i18next';
import type { Service } from '../api/types.ts';

export function Services({ services }: { services: readonly Service[] }) {
  const { t } = useTranslation('console');
  return (
    <section className="card stack" aria-labelledby="services">
      <h2 id="services">{t('overview.services')}</h2>
      <ul className="services">
        {services.map((service) => (
          <li key={service.name}>
            <span>
              {service.url ? (
                <a
                  href={service.url}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={t('overview.service_open', { name: service.name })}
                >
                  {service.name}
                </a>
              ) : (
                service.name
              )}
              {service.reason && <span className="reason">{service.reason}</span>}
            </span>
            <span className={service.healthy ? 'badge good' : 'badge bad'}>
              {t(service.healthy ? 'overview.healthy' : 'overview.unhealthy')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
