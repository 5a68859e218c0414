import type { Translation } from '@visavox/console/text/translation';
import type { waysIn as english } from './ways-in.en.ts';

export const waysIn: Translation<typeof english> = {
  other_title: 'Une autre façon d’entrer',
  other_text:
    'Rien ne vous oblige à utiliser votre visage ou votre voix. Sans clé d’accès ni code, adressez-vous aux personnes qui gèrent ce service : elles peuvent établir un code pour vous, sans que cela vous soit reproché.',
  use_passkey: 'Utiliser une clé d’accès',
  use_code: 'Utiliser un code',
  passkey_asking: 'Votre appareil vous le demande maintenant…',
  code_name: 'Nom avec lequel vous vous connectez',
  code: 'Code',
  code_hint: 'L’un de vos codes de secours, ou celui qu’on vous a donné. Chacun sert une fois.',
  code_missing: 'Veuillez saisir le code.',
  code_go: 'Se connecter',
  passkeys_elsewhere:
    'Les clés d’accès demandent une adresse qui porte un nom. Cette page est ouverte sous une adresse en chiffres.',
  passkeys_elsewhere_link: 'L’ouvrir sous {{address}}',
  passkeys_unsupported: 'Ce navigateur ne connaît pas les clés d’accès.',

  first_title: 'Connexion',
  first_text: 'D’abord votre clé d’accès, puis votre visage et votre voix.',
  first_none: 'Je n’ai pas encore de clé d’accès',
  then_passkey_title: 'Maintenant votre clé d’accès',
  then_passkey_text: '{{name}}, ce service demande aussi votre clé d’accès.',
  then_face_title: 'Encore une étape',
  then_face_text: '{{name}}, maintenant votre visage et votre voix.',
  then_face_go: 'Continuer avec caméra et micro',

  again_title: 'Montrez encore une fois que c’est vous',
  again_text: 'C’était il y a un moment. Changer vos façons d’entrer demande une connexion toute récente.',
  again_face: 'Utiliser le visage et la voix',

  without_title: 'Sans visage ni voix',
  without_text: 'Vous pouvez participer avec une clé d’accès seule, et rien ne vous manque.',
  without_go: 'Participer avec une clé d’accès',

  join: {
    title: 'Participer avec une clé d’accès',
    lead: 'Votre téléphone, votre ordinateur ou une clé de sécurité vous reconnaît et nous le confirme. Rien de votre visage, de votre doigt ou de votre code ne le quitte.',
    name: 'Votre nom',
    name_hint: 'Vous le saisirez pour vous connecter.',
    name_missing: 'Veuillez saisir votre nom.',
    keep_title: 'Ce que nous gardons',
    keep: 'Votre nom, et la partie publique de votre clé d’accès. Ni photo, ni enregistrement.',
    consent: 'J’accepte que cela soit gardé.',
    consent_missing: 'Il nous faut votre accord avant de garder quoi que ce soit.',
    go: 'Créer une clé d’accès et participer',
    done_title: 'Bienvenue, {{name}}',
    done_text:
      'Gardez quelques codes de secours pour le jour où votre appareil serait perdu, puis connectez-vous avec votre clé d’accès.',
    sign_in: 'Se connecter avec la clé d’accès',
    instead: 'S’inscrire plutôt avec le visage et la voix',
  },

  offer_title: 'Ajoutez une clé d’accès',
  offer_text:
    'Nous le recommandons : votre appareil vous reconnaît, et vous entrez là où caméra et micro ne servent à rien.',
  offer_go: 'Ajouter une clé d’accès sur cet appareil',
  offer_done: 'La clé d’accès est ajoutée.',
  codes_offer: 'Créer des codes de secours',

  section_title: 'Façons d’entrer',
  section_text:
    'Avec quoi vous pouvez vous connecter. Deux valent mieux qu’une : chacune peut se perdre un jour.',
  passkeys: 'Clés d’accès',
  passkeys_none: 'Vous n’avez pas encore de clé d’accès.',
  passkey_added: 'Ajoutée le {{when}}',
  passkey_used: 'utilisée la dernière fois le {{when}}',
  passkey_synced: 'synchronisée avec vos autres appareils',
  passkey_add: 'Ajouter une clé d’accès',
  passkey_name: 'Comment vous l’appelez',
  passkey_name_missing: 'Veuillez lui donner un nom.',
  passkey_rename: 'Renommer',
  passkey_rename_of: 'Renommer {{name}}',
  passkey_rename_go: 'Enregistrer le nom',
  passkey_remove: 'Retirer',
  passkey_remove_of: 'Retirer {{name}}',
  passkey_remove_title: 'Retirer la clé d’accès {{name}} ?',
  passkey_remove_text: 'Elle ne vous connectera plus. Supprimez-la aussi sur votre appareil.',
  passkey_remove_sure: 'La retirer',
  last_text:
    'C’est votre dernière façon d’entrer : ensuite, seules les personnes qui gèrent ce service pourront vous laisser entrer.',
  last_sure: 'La retirer quand même',

  codes: 'Codes de secours',
  codes_none: 'Vous n’en avez pas. Ils vous laissent entrer le jour où votre appareil serait perdu.',
  codes_left: 'Il en reste {{left}} sur dix, créés le {{when}}.',
  codes_make: 'Créer des codes de secours',
  codes_again: 'En créer de nouveaux',
  codes_again_title: 'Créer de nouveaux codes de secours ?',
  codes_again_text: 'Ceux que vous avez ne seront plus valables.',
  codes_shown_title: 'Vos codes de secours',
  codes_shown_text:
    'Chacun vous connecte une fois, avec votre nom. Ils ne sont montrés que maintenant : imprimez-les ou notez-les, et gardez-les avec vos papiers.',
  codes_copy: 'Copier',
  codes_copied: 'Copiés.',
  codes_keep: 'Garder dans un fichier',
  codes_file: 'Codes de secours Visavox de {{name}}. Chacun connecte une fois.',
  codes_done: 'Je les ai',

  face: 'Visage et voix',
  face_there: 'Nous vous reconnaissons à votre visage et à votre voix.',
  face_none: 'Rien de votre visage ni de votre voix n’est gardé.',
  face_add: 'Ajouter visage et voix',
  face_withdraw: 'Retirer visage et voix…',
  face_withdraw_title: 'Retirer visage et voix ?',
  face_withdraw_text:
    'Toutes les photos, tous les enregistrements et tout ce qui en a été calculé seront supprimés. Vous restez membre et vous connectez autrement. C’est irréversible.',
  face_withdraw_sure: 'Supprimer photos et enregistrements',

  everywhere: 'Mettre fin à toutes mes sessions',
  everywhere_title: 'Mettre fin à toutes vos sessions ?',
  everywhere_text: 'Sur tous les appareils où vous êtes connecté, ici aussi. Vos façons d’entrer restent.',
  everywhere_sure: 'Y mettre fin',

  issue: 'Établir un code',
  issue_of: 'Établir un code pour {{name}}',
  issue_title: 'Laisser entrer {{name}} une fois ?',
  issue_text:
    'Un code connecte comme cette personne, une fois, dans l’heure. Ne le donnez à personne sans savoir qui c’est. Il est noté que vous l’avez établi.',
  issue_sure: 'Établir un code',
  issued_title: 'Un code pour {{name}}',
  issued_text: 'Valable une fois, jusqu’au {{when}}. Il n’est plus montré ensuite.',
  close: 'Fermer',
};
