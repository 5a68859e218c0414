import type { problems as english } from './problems.en.ts';
import type { Translation } from './translation.ts';

export const problems: Translation<typeof english> = {
  unknown_item: 'Cet élément n’existe pas dans cette version du jeu de données.',
  digest_mismatch: 'Le fichier a été modifié en route, ou pendant sa lecture. Envoyez-le à nouveau.',
  blobs_missing:
    'Des fichiers du jeu de données n’ont pas encore été envoyés. Importez à nouveau le dossier : ce qui est arrivé est gardé.',
  keys_repeated:
    'Deux éléments du jeu de données ont la même clé. Donnez à chacun la sienne, comme son chemin.',
  item_erased:
    'Le contenu de cet élément n’est plus conservé : la personne dont il venait a été effacée, ou il est perdu.',
  tables_too_large:
    'Les tables sont trop grandes pour être décrites. Importez-en un échantillon comme jeu de données à part, et regardez-le.',
  profile_failed:
    'Les tables n’ont pas pu être lues : le programme qui les lit s’est arrêté. Réessayez ; s’il s’arrête encore, un des fichiers le fait échouer.',
  unauthenticated: 'Il faut d’abord vous connecter.',
  forbidden: 'Votre session n’a pas ce droit.',
  not_found: 'Cela n’existe plus.',
  unknown_run: 'Cette exécution n’existe pas.',
  unknown_experiment: 'Cette expérience n’existe pas.',
  unknown_model: 'Cette version du modèle n’existe pas.',
  unknown_release: 'Cette mise en service n’existe pas.',
  dataset_deleted:
    'Cette version a été supprimée. Qui, quand et pourquoi : voir la page des autres versions du jeu de données.',
  unknown_dataset: 'Cette version des données n’existe pas.',
  unknown_sample: 'Cet échantillon n’existe pas, ou il a été effacé.',
  nothing_to_roll_back_to: 'Il n’y a pas de mise en service antérieure.',
  release_not_accepted:
    'La version a été essayée et n’est pas acceptée ici. La raison est dans la liste des mises en service.',
  release_held_back: 'Cette version a été retenue. Les raisons sont dans la liste des mises en service.',
  registry_not_ours: 'Le registre contient les modèles d’une autre installation.',
  starting: 'Le service démarre encore. Réessayez dans quelques secondes.',
  storage_unavailable:
    'Le service ne peut rien enregistrer en ce moment. Prévenez la personne qui l’exploite.',
  too_many_requests: 'Trop d’essais. Attendez une minute, puis réessayez.',
  request_invalid: 'Le service n’a pas compris la demande. Rechargez la page et réessayez.',
  malformed_json: 'Le service n’a pas compris la demande. Rechargez la page et réessayez.',
  unsupported_media_type: 'Le service n’accepte pas ce type de fichier.',
  method_not_allowed: 'Le service ne propose pas cela. Rechargez la page et réessayez.',
  body_too_large: 'C’était trop à la fois. Envoyez-en moins.',
  body_too_slow:
    'Votre connexion est trop lente pour les enregistrements. Réessayez là où elle est meilleure.',
  cross_origin: 'Cette page vient d’une autre adresse que le service. Ouvrez la page du service.',
  host_not_allowed: 'Le service ne répond pas à cette adresse. Utilisez celle affichée à son démarrage.',
  request_refused: 'Le service a refusé cette demande.',
  service_failed: 'Le service a commis une erreur. Elle est notée ; réessayez dans un instant.',
  database_unavailable: 'Le service n’atteint pas sa base de données. Réessayez dans un instant.',
  engine_elsewhere: 'Les entraînements ont lieu dans un autre processus. Réessayez dans un instant.',
  kubernetes_unset: 'Le service ne connaît aucun cluster. Son exploitant doit le configurer.',
  no_leader: 'Aucun processus ne dirige en ce moment. Réessayez dans une demi-minute.',
  run_unknown: 'Cette exécution n’existe pas.',
  secret_differs: 'Les parties du service ont des secrets différents. Son exploitant doit y remédier.',
  internal_error: 'Le service a commis une erreur. Elle est notée ; réessayez dans un instant.',
  service_unreachable: 'Le service est injoignable. Vérifiez la connexion, puis réessayez.',
  oidc_not_configured: 'Ce service ne connaît aucune organisation par laquelle se connecter.',
  oidc_unavailable:
    'La connexion de l’organisation ne répond pas. Réessayez dans une minute, ou utilisez un jeton ou un mot de passe.',
  oidc_state_lost:
    'Cette connexion n’a pas été commencée dans ce navigateur, ou elle a duré plus de dix minutes. Recommencez.',
  oidc_denied:
    'La connexion de l’organisation n’a laissé entrer personne. Recommencez, ou demandez à qui s’en occupe.',
  oidc_failed:
    'La réponse de la connexion de l’organisation n’est pas valable. Recommencez ; si cela persiste, un opérateur en trouve la raison dans le journal du service.',
  oidc_no_role:
    'L’organisation vous connaît, mais rien de ce qu’elle dit de vous ne donne un rôle ici. Demandez à un opérateur quel groupe il vous faut.',
  oidc_user_removed: 'Vous aviez un compte ici, et il a été retiré. Un opérateur peut vous redonner accès.',
  oidc_name_missing:
    'L’organisation ne donne de vous aucun nom qui convienne ici. Un opérateur peut vous ajouter : cette connexion est dans le journal d’audit.',
  oidc_name_taken:
    'Il y a, ou il y a eu, un compte à votre nom ici. Si c’est le vôtre, demandez à un opérateur de le confirmer : cette connexion est dans le journal d’audit.',
  operator_token_invalid: 'Ce jeton n’est pas le bon. Copiez-le depuis le terminal où le service a démarré.',
  busy: 'Le service est très sollicité. Réessayez dans quelques secondes.',
  no_dataset: 'Il n’y a pas de version du jeu de données dont ce modèle apprend. Importez-en une d’abord.',
  no_model: 'L’exécution n’a produit aucun modèle à enregistrer.',
  unknown_output: 'L’exécution n’a pas un tel résultat.',
  unknown_environment: 'Le modèle n’est pas mis en service dans cet environnement.',
  environment_needed: 'Le modèle est mis en service dans plusieurs environnements. Choisissez-en un.',
  model_not_declared: 'Le projet ne déclare aucun modèle de ce nom : il n’a pas de mises en service.',
  tracking_refused: 'MLflow a refusé de montrer les courbes. Ses pages et son journal en disent plus.',
  tracking_unavailable: 'Le suivi (MLflow) ne répond pas encore. Réessayez dans un instant.',
  unknown_task: 'Cette exécution n’a pas de tâche de ce nom.',
  unknown_lineage_kind: 'Rien de ce genre ne peut être retracé ici.',
  item_damaged:
    'Le contenu de cet élément est abîmé. Importez à nouveau le fichier : chaque version qui le contient est réparée.',
  release_serves: 'Cette version est déjà en service.',
  run_finished: 'Cette exécution est déjà terminée.',
  role_needed: 'Votre rôle ne le permet pas. Demandez-le à un opérateur, ou demandez un autre rôle.',
  password_invalid: 'Le nom et le mot de passe ne vont pas ensemble.',
  token_expired: 'Ce jeton a expiré. Créez-en un autre : visavox tokens create.',
  token_revoked: 'Ce jeton a été révoqué. Utilisez-en un autre.',
  operator_token_off: 'Le jeton partagé des opérateurs a été désactivé. Connectez-vous sous votre nom.',
  own_user_needed: 'Le jeton partagé n’est à personne. Connectez-vous sous votre nom.',
  second_person_needed:
    'Qui l’a demandé ne peut pas l’approuver, et le jeton partagé n’approuve rien. Il faut un autre opérateur.',
  approval_overtaken:
    'Ce qui avait été demandé a changé depuis ; rien n’a été mis en service. Regardez ce qui l’est, et demandez à nouveau.',
  approval_decided: 'Quelqu’un d’autre en a déjà décidé.',
  unknown_approval: 'Personne n’a demandé cela.',
  release_not_up: 'Cette version n’est pas prête, et ne peut pas être demandée.',
  champion_changed: 'Une autre version est en service entre-temps. Regardez-la, et demandez à nouveau.',
};
