/** Hints while capturing, and what became of a request, by the code of its problem document. */
export const problems = {
  // While the camera and microphone run
  good: 'Good. Hold still.',
  looking: 'Looking for your face…',
  no_face: 'Bring your face into the oval.',
  several_faces: 'Only one face, please. We see several.',
  face_too_small: 'Come a little closer.',
  face_too_large: 'Move back a little.',
  face_off_centre: 'Move to the middle of the oval.',
  face_turned: 'Turn towards the camera.',
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
  image_too_large: 'This picture is too large.',
  audio_unreadable: 'This is not a recording we can read.',
  audio_too_long: 'This recording is too long.',
  silence: 'We heard no speech. Say the digits aloud.',
  speech_too_short: 'That was too short. Say all the digits.',
  audio_clipped: 'That was too loud for the microphone. Speak more softly.',
  too_noisy: 'It is too noisy around you. Find a quieter place.',

  // Camera and microphone themselves
  camera_refused:
    'This page may not use the camera or the microphone. Allow both in the browser’s address bar, then try again.',
  camera_missing: 'No camera or no microphone was found. Connect both, then try again.',
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
  face_not_similar: 'Your face did not match.',
  voice_not_similar: 'Your voice did not match.',
  evidence_too_weak: 'Face and voice together were not clear enough.',
  evidence_unclear: 'Face and voice together were not clear enough.',

  // Everything else
  unauthenticated: 'You are not signed in. Sign in first.',
  forbidden: 'You are signed in, but not allowed to do this.',
  not_found: 'This no longer exists.',
  too_many_requests: 'Too many tries. Wait a minute, then try again.',
  request_invalid: 'The service did not understand the request. Reload the page and try again.',
  request_refused: 'The service refused this request.',
  service_failed: 'The service made a mistake. It was logged; try again in a moment.',
  service_unreachable: 'The service cannot be reached. Check the connection, then try again.',
  operator_token_invalid:
    'This token is not the right one. Copy it from the terminal where the service was started.',
} as const;
