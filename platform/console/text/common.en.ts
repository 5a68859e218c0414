/** Words of every page, whoever it is for. */
export const common = {
  product: 'Visavox',
  language: 'Language',
  theme: 'Appearance',
  theme_system: 'System appearance',
  theme_light: 'Light',
  theme_dark: 'Dark',
  skip: 'Skip to the content',
  loading: 'One moment…',
  retry: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  not_found_title: 'There is no such page',
  not_found_text: 'The address may be mistyped, or what it named is gone.',
  to_start: 'To the start page',
  problem_reference: 'Reference {{id}}',
  problem_title: 'That did not work',
} as const;
