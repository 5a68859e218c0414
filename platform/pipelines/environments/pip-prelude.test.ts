import { describe, expect, it } from 'vitest';
import { pipPrelude, withPipPrelude } from './pip-prelude.ts';

const own = ['sh', '-ec', 'program_path=$(mktemp -d)', 'def f(): pass'];
const getPip = `
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
fi

`;
const kfp = `python3 -m pip install --quiet --no-warn-script-location 'kfp==2.17.0' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<"3.9"'`;

describe('the packages of a lightweight component', () => {
  it("are those of kfp's own script, its SDK without dependencies", () => {
    const script = `${getPip}PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location 'pandas==2.2.3' "it's==1"  &&  ${kfp} && "$0" "$@"\n`;
    expect(pipPrelude(['sh', '-c', script, ...own])).toEqual({
      installs: [
        {
          requirements: ['pandas==2.2.3', "it's==1"],
          withDependencies: true,
          ...{ indexUrls: [], trustedHosts: [], findLinks: [] },
        },
        {
          requirements: ['kfp==2.17.0', 'typing-extensions>=3.7.4,<5; python_version<"3.9"'],
          withDependencies: false,
          ...{ indexUrls: [], trustedHosts: [], findLinks: [] },
        },
      ],
      command: own,
    });
  });

  it('are the same with use_venv, and come from the index that is named', () => {
    const script = `${getPip}PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location --index-url https://a.example/simple --extra-index-url https://b.example/simple --trusted-host https://a.example/simple 'yapf'  &&  
export PIP_DISABLE_PIP_VERSION_CHECK=1
tmp=$(mktemp -d)
python3 -m venv "$tmp/venv" --system-site-packages
. "$tmp/venv/bin/activate"
 ${kfp} && "$0" "$@"
`;
    expect(pipPrelude(['sh', '-c', script, ...own])?.installs[0]).toEqual({
      requirements: ['yapf'],
      withDependencies: true,
      indexUrls: ['https://a.example/simple', 'https://b.example/simple'],
      trustedHosts: ['https://a.example/simple'],
      findLinks: [],
    });
  });

  it('are not guessed from a script that does something else as well', () => {
    for (const script of [
      'apt-get update && python3 -m pip install x && "$0" "$@"',
      'python3 -m pip install $PACKAGES && "$0" "$@"',
      'python3 -m pip install -r requirements.txt && "$0" "$@"',
      'python3 -m pip install x && "$0"',
      'python3 -m pip install x || true && "$0" "$@"',
      '"$0" "$@"',
    ])
      expect(pipPrelude(['sh', '-c', script, ...own]), script).toBeUndefined();
    expect(pipPrelude(['python3', 'train.py'])).toBeUndefined();
    expect(pipPrelude(['sh', '-c', 'python3 -m pip install x && "$0" "$@"'])).toBeUndefined();
  });

  it('are read back from what a component of our own compiles to', () => {
    const packages = ['numpy==2.1.0', 'a[b,c]>=1; python_version<"3.9"', "o'dd"];
    const prelude = pipPrelude(withPipPrelude(packages, own));
    expect(prelude).toMatchObject({ installs: [{ requirements: packages }], command: own });
    expect(withPipPrelude([], own)).toBe(own);
  });
});
