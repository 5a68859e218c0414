import type { Translation } from '@visavox/console/text/translation';
import type { operator as english, platformWords as englishWords } from './console.en.ts';

export const operator: Translation<typeof english> = {
  nav_overview: 'Vue d’ensemble',
  nav_people: 'Personnes',
  to_sign_in: 'Page de connexion',
  measuring_title: 'Ce service ne vérifie pas que quelqu’un est là',
  measuring_text:
    'Il mesure des enregistrements (VISAVOX_LIVENESS=off) : visage et voix n’ouvrent rien. Pour que des personnes se connectent, définissez VISAVOX_LIVENESS=required et redémarrez-le.',

  decision_accept: 'Acceptées',
  decision_step_up: 'À confirmer',
  decision_reject: 'Refusées',

  overview: {
    title: 'Vue d’ensemble',
    champion: 'En service',
    champion_since: 'En service depuis {{when}}',
    champion_none: 'Aucun modèle en service',
    champion_none_text: 'Le premier modèle est mis en service dès que le service a fini de s’installer.',
    people: 'Personnes',
    samples: 'Enregistrements',
    today: 'Connexions du jour',
    today_accepted: '{{percent}} acceptées',
    attempts: 'Connexions par jour',
    attempts_none: 'Personne n’a encore essayé de se connecter.',
    attempts_table: 'Les mêmes chiffres en tableau',
    day: 'Jour',
    weak: 'Limites de la détection du vivant',
    weak_text:
      'Mesuré sur des personnes qui n’ont servi à aucun réglage. Demandez aussi une clé d’accès là où cela compte.',
    weak_attack: '{{attack}} : {{errors}} sur {{presentations}} passent pour vivants ({{material}})',
    weak_genuine: 'genuine : {{errors}} réponses refusées sur {{presentations}} ({{material}})',
  },

  people: {
    title: 'Personnes',
    text: 'Toutes les personnes inscrites sur ce service.',
    none: 'Aucune inscription pour l’instant.',
    enrol: 'Inscrire quelqu’un',
    find: 'Chercher une personne',
    none_found: 'Personne ne correspond à « {{text}} ».',
    name: 'Nom',
    enrolled: 'Inscription',
    faces: 'Photos',
    voices: 'Enregistrements',
    trace: 'Trace',
    trace_of: 'Trace de {{name}}',
    remove: 'Effacer',
    remove_of: 'Effacer {{name}}',
    remove_title: 'Effacer {{name}} ?',
    remove_text:
      'Toutes les photos, tous les enregistrements et tout ce qui en est calculé sont effacés. Il n’y a pas de retour possible.',
    remove_sure: 'Effacer définitivement',
    removed: 'Tout est effacé : {{name}}.',
    pending: 'En attente d’examen',
    measured: 'À partir d’enregistrements',
    measured_text:
      'Inscription à partir d’enregistrements : pas de connexion par visage et voix avant d’avoir dit des chiffres lors d’une visite.',
  },

  reviews: {
    title_one: '{{count}} nouvelle personne à examiner',
    title_other: '{{count}} nouvelles personnes à examiner',
    text: 'On leur a dit que l’inscription est faite. Avant votre décision, elles ne peuvent pas se connecter et rien n’est appris d’elles.',
    of: 'Examen de {{name}}',
    when: 'Inscription : {{when}}',
    name: 'Nom',
    as: 'Porte le nom de {{other}}, ou un nom qui se lit de même.',
    as_gone: 'Avait le nom d’une personne qui n’est plus inscrite.',
    face: 'Ressemble à {{other}}.',
    face_gone: 'Ressemblait à une personne qui n’est plus inscrite.',
    approve: 'Une personne à part entière',
    merge: 'La même personne que {{other}}',
    merge_title: 'Réunir {{name}} avec {{other}} ?',
    merge_text:
      '{{other}} garde son nom et son modèle. Les enregistrements de {{name}} deviennent ceux de {{other}}, et la seconde inscription disparaît.',
    merge_sure: 'Réunir',
    reject: 'Supprimer',
    reject_title: 'Supprimer {{name}} ?',
    reject_text:
      'L’inscription de {{name}} est supprimée avec tout ce qui en a été calculé. C’est irréversible.',
    reject_sure: 'Supprimer définitivement',
    told_approve: '{{name}} peut se connecter maintenant.',
    told_merge: '{{name}} ne fait plus qu’un avec {{other}}.',
    told_reject: 'L’inscription de {{name}} a été supprimée.',
  },

  invitations: {
    title: 'Invitations',
    text: 'Un lien permet à une seule personne de s’inscrire une fois, sous le nom que vous donnez.',
    name: 'Nom de la personne invitée',
    name_missing: 'Indiquez le nom de la personne invitée.',
    lasts: 'Valable',
    days_one: '{{count}} jour',
    days_other: '{{count}} jours',
    invite: 'Inviter',
    made: 'Donnez ce lien à {{name}} et à personne d’autre. Il n’est affiché que cette fois.',
    link: 'Lien pour {{name}}',
    until: 'Valable jusqu’au',
    revoke: 'Révoquer',
    revoke_of: 'Révoquer l’invitation de {{name}}',
  },

  report: {
    name: 'Rapport',
    title: 'Rapport sur la version {{version}}',
    text: 'Ce qui a été mesuré de cette version, sur des personnes dont elle n’avait rien appris. Aucun score de personne n’est montré.',
    as_table: 'En tableau : {{title}}',
    card: 'Fiche du modèle',
    keep: 'Garder en fichier',
    back: 'Toutes les versions',
  },
};

/** What sign-in calls its own kinds and counts on the platform's pages. */
export const platformWords: Translation<typeof englishWords> = {
  trace: { kind_person: 'Personne', kind_sample: 'Enregistrement', kind_attempt: 'Connexion' },
  training: { count_people: 'Nouvelles personnes', count_samples: 'Nouveaux enregistrements' },
};
