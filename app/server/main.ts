import { runInImage } from './in-image.ts';
import { signIn } from './project.ts';

await runInImage(signIn);
