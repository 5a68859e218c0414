import type { common as english } from './common.en.ts';
import type { Translation } from './translation.ts';

export const common: Translation<typeof english> = {
  product: 'Visavox',
  language: 'Langue',
  theme: 'Apparence',
  theme_system: 'Apparence du système',
  theme_light: 'Claire',
  theme_dark: 'Sombre',
  skip: 'Aller au contenu',
  loading: 'Un instant…',
  retry: 'Réessayer',
  cancel: 'Annuler',
  close: 'Fermer',
  not_found_title: 'Cette page n’existe pas',
  not_found_text: 'L’adresse est peut-être mal saisie, ou ce qu’elle désignait a disparu.',
  to_start: 'Vers l’accueil',
  problem_reference: 'Référence {{id}}',
  problem_title: 'Cela n’a pas fonctionné',
};
