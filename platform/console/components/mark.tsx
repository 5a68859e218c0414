import mark from './mark.svg';

/** Beside the name, which says the same in words. */
export const Mark = () => <img src={mark} alt="" />;
