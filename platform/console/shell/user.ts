import { createContext, useContext } from 'react';
import type { SignedIn } from '../api/types.ts';

export const UserContext = createContext<SignedIn | null>(null);

/** Whether to offer what operators alone may do; the server decides. */
export const useMayOperate = () => useContext(UserContext)?.role === 'operator';
