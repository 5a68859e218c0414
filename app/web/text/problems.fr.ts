import type { Translation } from '@visavox/console/text/translation';
import type { problems as english } from './problems.en.ts';

export const problems: Translation<typeof english> = {
  good: 'C’est bien. Ne bougez plus.',
  looking: 'Nous cherchons votre visage…',
  no_face: 'Placez votre visage dans l’ovale.',
  several_faces: 'Un seul visage, s’il vous plaît. Nous en voyons plusieurs.',
  face_too_small: 'Approchez-vous un peu.',
  face_too_large: 'Reculez un peu.',
  move_left: 'Déplacez-vous un peu vers la gauche.',
  move_right: 'Déplacez-vous un peu vers la droite.',
  move_up: 'Montez un peu.',
  move_down: 'Descendez un peu.',
  face_turned: 'Tournez-vous vers la caméra.',
  face_upside_down: 'Votre visage est à l’envers. Tenez la caméra à l’endroit.',
  face_cut_off: 'Placez-vous au milieu de l’ovale.',
  too_dark: 'Il fait trop sombre. Tournez-vous vers une lumière.',
  too_bright: 'Il y a trop de lumière. Évitez l’éblouissement.',
  light_behind: 'La lumière est derrière vous. Tournez-vous vers elle.',
  too_blurred: 'L’image est floue. Ne bougez plus, ou nettoyez l’objectif.',
  hold_still: 'Ne bougez pas un instant.',
  voice_too_quiet: 'Nous vous entendons à peine. Parlez plus fort ou approchez-vous.',
  voice_too_loud: 'C’est trop fort. Parlez plus doucement ou reculez.',
  nothing_heard: 'Nous n’avons rien entendu. Vérifiez le microphone, puis parlez à voix haute.',

  image_unreadable: 'Cette image est illisible.',
  heic_unsupported:
    'Cette image est au format HEIC. Envoyez-la en JPEG : sur un iPhone, Réglages, Appareil photo, Formats, Le plus compatible.',
  image_too_large: 'Cette image est trop lourde.',
  audio_too_large: 'Cet enregistrement est trop lourd.',
  aac_unsupported:
    'Cet enregistrement est en AAC ou en ALAC (M4A, MP4), que nous ne lisons pas. Exportez-le en WAV, FLAC ou MP3.',
  audio_unreadable: 'Cet enregistrement est illisible.',
  audio_too_long: 'Cet enregistrement est trop long.',
  silence: 'Nous n’avons entendu aucune parole. Dites les chiffres à voix haute.',
  speech_too_quiet: 'Nous vous entendons à peine. Approchez-vous ou parlez plus fort.',
  speech_too_short: 'C’était trop court. Dites tous les chiffres.',
  audio_clipped: 'C’était trop fort pour le microphone. Parlez plus doucement.',
  too_noisy: 'Il y a trop de bruit autour de vous. Cherchez un endroit plus calme.',

  camera_refused:
    'Cette page ne peut utiliser ni la caméra ni le microphone. Autorisez les deux dans la barre d’adresse, puis réessayez.',
  camera_missing: 'Il manque une caméra ou un microphone. Branchez les deux, puis réessayez.',
  microphone_missing: 'Aucun microphone n’a été trouvé. Branchez-en un, puis réessayez.',
  camera_lost:
    'La caméra a été débranchée ou éteinte. Rebranchez-la ou choisissez-en une autre, puis réessayez.',
  microphone_lost:
    'Le microphone a été débranché ou éteint. Rebranchez-le ou choisissez-en un autre, puis réessayez.',
  camera_stalled:
    'La caméra n’envoie plus d’image. Un cache ou un écran fermé, ou une autre application, peut en être la cause. Remédiez-y ou choisissez une autre caméra, puis réessayez.',
  sound_interrupted:
    'Le microphone n’envoie plus de son. Un appel, un bouton de sourdine ou une autre application peut en être la cause. Remédiez-y ou choisissez un autre microphone, puis réessayez.',
  device_changed:
    'La caméra ou le microphone a changé en cours de route, par exemple pour un casque. Réessayez avec celui que vous voulez utiliser.',
  page_hidden:
    'La caméra et le microphone ont été éteints parce que vous avez quitté cette page. Réessayez à votre retour.',
  camera_busy: 'Une autre application utilise la caméra ou le microphone. Fermez-la, puis réessayez.',
  insecure_page:
    'Le navigateur ne donne caméra et microphone qu’aux pages sécurisées. Ouvrez cette page en https, ou sur cette machine par localhost.',

  unknown_person: 'Personne n’est inscrit sous ce nom. Vérifiez l’orthographe, ou inscrivez-vous d’abord.',
  name_taken: 'Quelqu’un est déjà inscrit sous ce nom. Choisissez-en un autre.',
  name_missing: 'Veuillez saisir votre nom.',
  consent_missing: 'Il nous faut votre accord avant de garder quoi que ce soit.',
  challenge_unknown: 'Ces chiffres ne sont plus connus. Réessayez avec de nouveaux.',
  challenge_expired: 'Plus de deux minutes ont passé. Réessayez avec de nouveaux chiffres.',
  challenge_used: 'Ces chiffres ont déjà servi. Réessayez avec de nouveaux.',
  faces_missing: 'Il manque des photos de votre visage. Refaites-les.',
  voices_missing: 'Il manque des enregistrements de votre voix. Refaites-les.',
  too_many_faces: 'Trop de photos ont été envoyées. Rechargez la page et réessayez.',
  too_many_voices: 'Trop d’enregistrements ont été envoyés. Rechargez la page et réessayez.',
  challenge_missing: 'Recommencez : la page doit d’abord demander des chiffres.',
  turn_not_seen:
    'Nous ne vous avons pas vu tourner la tête. Tournez-la lentement de chaque côté, le visage dans l’ovale.',
  digits_not_heard:
    'Nous n’avons pas entendu les chiffres affichés. Dites-les l’un après l’autre, dans une seule langue.',
  recording_known: 'L’un de ces enregistrements a déjà été envoyé. Enregistrez tout à nouveau.',
  invitation_missing: 'Ici, on s’inscrit sur invitation. Ouvrez le lien que vous avez reçu.',
  invitation_invalid:
    'Cette invitation ne peut plus servir. Demandez-en une nouvelle à la personne qui vous a invité.',
  invitation_unknown: 'Cette invitation n’existe plus ou a déjà servi.',
  not_pending: 'Quelqu’un a déjà décidé pour cette personne. Rechargez la page.',
  another_factor_needed: 'Connectez-vous d’abord avec une clé d’accès ou un code, puis dites les chiffres.',
  not_recognised: 'Nous ne vous avons pas reconnu. Réessayez avec plus de lumière et dans un endroit calme.',
  more_than_one_person:
    'Un des enregistrements semble être d’une autre personne. Une inscription est pour une seule personne : refaites-le.',
  recording_repeated: 'La caméra ou le microphone a donné deux fois le même enregistrement. Refaites-le.',
  idempotency_key_reused: 'Quelque chose a changé pendant l’envoi. Terminez l’inscription une nouvelle fois.',
  digits_differ:
    'Nous n’avons pas entendu les chiffres demandés. Dites-les l’un après l’autre, dans la langue de votre inscription.',
  digits_unknown:
    'Nous ne savons pas comment vous dites les chiffres. Connectez-vous autrement, puis inscrivez-vous à nouveau.',
  lips_differ:
    'Vos lèvres et le son ne vont pas ensemble. Utilisez le micro et la caméra d’un même appareil.',
  head_not_turned: 'Nous n’avons pas vu votre tête se tourner du côté demandé.',
  face_not_followed: 'Nous avons perdu votre visage de vue. Gardez-le dans l’ovale du début à la fin.',
  another_face: 'Le visage qui a parlé n’était pas celui du début.',
  replayed: 'Cet enregistrement a déjà été envoyé. Dites les chiffres à nouveau.',
  frames_missing:
    'Les images de votre visage pendant que vous parlez manquent. Rechargez la page et réessayez.',
  burst_invalid: 'Les images et leurs instants ne vont pas ensemble. Rechargez la page et réessayez.',
  evidence_too_weak:
    'Votre visage et votre voix réunis ne correspondent pas à ce que nous gardons sous ce nom.',
  evidence_unclear: 'Cela semblait juste, mais pas assez net pour ouvrir la porte.',

  not_your_attempt: 'Cette connexion est celle de quelqu’un d’autre.',
  feedback_given: 'Vous avez déjà répondu. Merci.',
  unknown_attempt: 'Cette connexion n’est plus connue.',
  report_missing:
    'Aucun rapport n’a été écrit sur cette version : aucun entraînement ne l’a faite, ou il n’est pas fini.',
  unknown_sample: 'Cet enregistrement n’existe pas, ou il a été effacé.',
  templates_incomplete:
    'Cette version ne peut pas encore servir : elle ne connaît pas toutes les personnes inscrites.',
  no_samples: 'Il n’y a encore rien pour l’entraînement. Inscrivez d’abord quelques personnes.',
  recogniser_starting: 'Le système de reconnaissance démarre encore. Réessayez dans quelques secondes.',
  busy: 'Beaucoup de personnes sont servies en ce moment. Réessayez dans quelques secondes.',
  body_too_slow:
    'Votre connexion est trop lente pour les enregistrements. Réessayez là où elle est meilleure.',
  decoder_unavailable:
    'Les enregistrements ne peuvent pas être lus en ce moment. Réessayez dans quelques secondes.',
  too_many_challenges:
    'Vous avez demandé des chiffres plusieurs fois. Attendez deux minutes, puis réessayez.',
  another_way_needed:
    'Le visage et la voix ont échoué trop souvent. Connectez-vous autrement : cela rouvre cette voie.',
  malformed_form: 'Les enregistrements sont arrivés incomplets. Réessayez.',
  unsupported_media_type: 'Le service n’accepte pas ce type d’enregistrement.',
  body_too_large: 'C’était trop à la fois. Réessayez avec des enregistrements plus courts.',
  not_served_here: 'Cette adresse ne sert personne. Ouvrez la page du service.',
  storing_interrupted: 'L’enregistrement a pris trop de temps. Réessayez.',

  // Passkeys and codes
  passkey_refused: 'Cette clé d’accès n’ouvre rien ici. Essayez-en une autre, ou une autre façon d’entrer.',
  new_passkey_refused:
    'Cette clé d’accès n’a pas pu être ajoutée. Rechargez la page et réessayez ; votre appareil doit vous reconnaître.',
  passkey_not_shown:
    'Aucune clé d’accès n’a été présentée : demande annulée, trop longue, ou cet appareil n’en a pas pour cette page.',
  passkey_here_already: 'Cet appareil a déjà une clé d’accès à vous.',
  passkey_without_lock:
    'Cette clé ne sait pas dire si c’est vous. Prenez-en une avec code, empreinte ou visage.',
  passkey_wrong_address:
    'Les clés d’accès ne fonctionnent pas sous cette adresse. Ouvrez la page sous l’adresse donnée par son exploitant.',
  code_refused: 'Ce nom et ce code n’ouvrent rien. Vérifiez les deux ; chaque code sert une fois.',
  step_up_required:
    'Vous avez montré qui vous êtes il y a trop longtemps. Connectez-vous encore une fois, puis réessayez.',
  last_way_in: 'C’est votre dernière façon d’entrer. Ajoutez-en d’abord une autre.',
  unknown_passkey: 'Cette clé d’accès a déjà disparu.',
  too_many_passkeys:
    'Vous avez autant de clés d’accès qu’une personne peut en avoir. Retirez-en d’abord une.',
  face_and_voice_enrolled: 'Votre visage et votre voix sont déjà inscrits.',
  face_and_voice_missing: 'Plus rien de votre visage ni de votre voix n’est gardé.',
  candidate_invalid:
    'Ce n’est pas un candidat pour le système de reconnaissance. Remettez un modèle Keras avec ses têtes.',
  passkey_first: 'Sur ce service, la clé d’accès vient d’abord.',
};
