/** What may spoil a recording. `dim` and `low-resolution` touch faces, `telephone` and `noisy` voices. */
export type Condition = 'dim' | 'low-resolution' | 'telephone' | 'noisy';
