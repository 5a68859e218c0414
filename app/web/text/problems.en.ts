/** Hints while capturing, and what became of a request, by the code of its problem document. */
export const problems = {
  // While the camera and microphone run
  good: 'Good. Hold still.',
  looking: 'Looking for your face…',
  no_face: 'Bring your face into the oval.',
  several_faces: 'Only one face, please. We see several.',
  face_too_small: 'Come a little closer.',
  face_too_large: 'Move back a little.',
  move_left: 'Move a little to the left.',
  move_right: 'Move a little to the right.',
  move_up: 'Move up a little.',
  move_down: 'Move down a little.',
  face_turned: 'Turn towards the camera.',
  face_upside_down: 'Your face is upside down. Hold the camera the right way up.',
  face_cut_off: 'Move to the middle of the oval.',
  too_dark: 'It is too dark. Turn towards a light.',
  too_bright: 'It is too bright. Move out of the glare.',
  light_behind: 'The light is behind you. Turn towards it.',
  too_blurred: 'The picture is blurred. Hold still, or clean the lens.',
  hold_still: 'Hold still for a moment.',
  voice_too_quiet: 'We can barely hear you. Speak up, or come closer.',
  voice_too_loud: 'That is too loud. Speak more softly, or move back.',
  nothing_heard: 'We heard nothing. Check the microphone, then speak aloud.',

  // Recordings that are of no use
  image_unreadable: 'This is not a picture we can read.',
  heic_unsupported:
    'This picture is in the format HEIC. Send it as JPEG: on an iPhone, Settings, Camera, Formats, Most Compatible.',
  image_too_large: 'This picture is too large.',
  audio_too_large: 'This recording is too large.',
  aac_unsupported:
    'This recording is in AAC or ALAC (M4A, MP4), which we cannot read. Export it as WAV, FLAC or MP3.',
  audio_unreadable: 'This is not a recording we can read.',
  audio_too_long: 'This recording is too long.',
  silence: 'We heard no speech. Say the digits aloud.',
  speech_too_quiet: 'We can barely hear you. Come closer, or speak up.',
  speech_too_short: 'That was too short. Say all the digits.',
  audio_clipped: 'That was too loud for the microphone. Speak more softly.',
  too_noisy: 'It is too noisy around you. Find a quieter place.',

  // Camera and microphone themselves
  camera_refused:
    'This page may not use the camera or the microphone. Allow both in the browser’s address bar, then try again.',
  camera_missing: 'No camera or no microphone was found. Connect both, then try again.',
  microphone_missing: 'No microphone was found. Connect one, then try again.',
  camera_lost:
    'The camera was disconnected or switched off. Connect it again or choose another one, then try again.',
  microphone_lost:
    'The microphone was disconnected or switched off. Connect it again or choose another one, then try again.',
  camera_stalled:
    'The camera sends no pictures any more. A closed lid or cover, or another application, may be the reason. Put that right or choose another camera, then try again.',
  sound_interrupted:
    'The microphone sends no sound any more. A call, a mute switch or another application may be the reason. Put that right or choose another microphone, then try again.',
  device_changed:
    'The camera or the microphone changed in the middle, for example to a headset. Try again with the one that you want to use.',
  page_hidden:
    'Camera and microphone were switched off because you left this page. Try again when you are back.',
  camera_busy: 'Another application is using the camera or the microphone. Close it, then try again.',
  insecure_page:
    'The browser gives camera and microphone to secure pages only. Open this page with https, or on this machine as localhost.',

  // Signing in and enrolling
  unknown_person: 'Nobody is enrolled under this name. Check the spelling, or enrol first.',
  name_taken: 'Somebody is enrolled under this name already. Choose another one.',
  name_missing: 'Please enter your name.',
  consent_missing: 'We need your agreement before anything is stored.',
  challenge_unknown: 'These digits are not known any more. Try again with new ones.',
  challenge_expired: 'That took longer than two minutes. Try again with new digits.',
  challenge_used: 'These digits have been used already. Try again with new ones.',
  faces_missing: 'Pictures of your face are missing. Take them again.',
  voices_missing: 'Recordings of your voice are missing. Make them again.',
  too_many_faces: 'Too many pictures were sent. Reload the page and try again.',
  too_many_voices: 'Too many recordings were sent. Reload the page and try again.',
  challenge_missing: 'Start again: the page has to ask for digits first.',
  turn_not_seen:
    'We did not see you turn your head. Turn it slowly to each side, with your face in the oval.',
  digits_not_heard:
    'We did not hear the digits that were shown. Say them one after another, in one language.',
  recording_known: 'One of these recordings was sent before. Record everything anew.',
  invitation_missing: 'People enrol here by invitation. Open the link that you were given.',
  invitation_invalid: 'This invitation cannot be used any more. Ask whoever invited you for a new one.',
  invitation_unknown: 'This invitation is gone or was used already.',
  not_pending: 'Somebody has decided about this person already. Load the page again.',
  another_factor_needed: 'Sign in with a passkey or a code first; then say the digits.',
  not_recognised:
    'We did not recognise you in these recordings. Try again in better light and a quiet place.',
  more_than_one_person:
    'One of the recordings looks or sounds like somebody else. Only one person may be in an enrolment: take it again.',
  recording_repeated: 'The camera or the microphone gave the same recording twice. Take it again.',
  idempotency_key_reused: 'Something changed while your enrolment was on its way. Finish it again.',
  digits_differ:
    'We did not hear the digits that we asked for. Say them one after another, in the language that you enrolled in.',
  digits_unknown: 'We do not know how you say digits. Sign in another way, and enrol again.',
  lips_differ:
    'Your lips and the sound did not go together. Use the microphone and the camera of one device.',
  head_not_turned: 'We did not see your head turn to the side that we asked for.',
  face_not_followed: 'We lost sight of your face. Keep it inside the oval all the time.',
  another_face: 'The face that spoke was another one than the first.',
  replayed: 'This recording was sent before. Say the digits anew.',
  frames_missing: 'Pictures of your face while you speak are missing. Reload the page and try again.',
  burst_invalid: 'The pictures and their times do not go together. Reload the page and try again.',
  evidence_too_weak: 'Your face and your voice together did not match what we keep under this name.',
  evidence_unclear: 'This looked right, but not clearly enough to open the door.',

  // Everything else
  not_your_attempt: 'This sign-in is somebody else’s.',
  feedback_given: 'You have answered this already. Thank you.',
  unknown_attempt: 'This sign-in is not known any more.',
  report_missing: 'No report was written about this version: no training made it, or it has not ended yet.',
  unknown_sample: 'There is no such recording, or it has been deleted.',
  templates_incomplete: 'This version cannot serve yet: it does not know everybody who is enrolled.',
  no_samples: 'There is nothing to train on yet. Enrol some people first.',
  recogniser_starting: 'The recogniser is still starting. Try again in a few seconds.',
  busy: 'Many people are being served right now. Try again in a few seconds.',
  body_too_slow: 'Your connection is too slow for the recordings. Try again where it is better.',
  decoder_unavailable: 'Recordings cannot be read right now. Try again in a few seconds.',
  too_many_challenges: 'You have asked for digits several times. Wait two minutes, then try again.',
  another_way_needed: 'Face and voice have failed too often. Sign in another way: that opens this one again.',
  malformed_form: 'The recordings arrived incomplete. Try again.',
  unsupported_media_type: 'The service does not take this kind of recording.',
  body_too_large: 'That was too much to send at once. Try again with shorter recordings.',
  not_served_here: 'This address serves nobody. Open the service’s own page.',
  storing_interrupted: 'The recordings took too long to be stored. Try again.',

  // Passkeys and codes
  passkey_refused: 'This passkey opens nothing here. Try another one, or another way in.',
  new_passkey_refused:
    'This passkey could not be added. Reload the page and try again; your device has to recognise you.',
  passkey_not_shown:
    'No passkey was shown: it was cancelled, took too long, or this device has none for this page.',
  passkey_here_already: 'This device has a passkey of yours already.',
  passkey_without_lock:
    'This key cannot tell whether it is you. Use one with a PIN, a fingerprint or a face.',
  passkey_wrong_address:
    'Passkeys do not work under this address. Open the page under the address that its operator gave you.',
  code_refused: 'This name and this code do not open anything. Check both; each code works once.',
  step_up_required: 'It was shown too long ago that it is you. Sign in once more, then try again.',
  last_way_in: 'This is your last way in. Add another one first.',
  unknown_passkey: 'This passkey is gone already.',
  too_many_passkeys: 'You have as many passkeys as one person may have. Remove one first.',
  face_and_voice_enrolled: 'Your face and your voice are enrolled already.',
  face_and_voice_missing: 'Nothing of your face and your voice is kept any more.',
  candidate_invalid: 'This is no candidate for the recogniser. Hand in a Keras model with its heads.',
  passkey_first: 'On this service the passkey comes first.',
} as const;
