import type { IrComponent } from './ir.ts';
import { isParameterType, type PortType } from './ports.ts';

/** Parameters beside artifacts; nothing of those that there are none of. */
export function inputsOf<Parameter, Artifact>(
  parameters: Record<string, Parameter>,
  artifacts: Record<string, Artifact>,
): { inputs?: { parameters?: Record<string, Parameter>; artifacts?: Record<string, Artifact> } } {
  const inputs = {
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...(Object.keys(artifacts).length > 0 && { artifacts }),
  };
  return Object.keys(inputs).length > 0 ? { inputs } : {};
}

/** The definitions of a component's ports on one side, under that side's key. */
export function portsOf<Key extends 'inputDefinitions' | 'outputDefinitions', Port, Definition>(
  key: Key,
  ports: readonly (readonly [string, Port])[],
  { typeOf, define }: { typeOf: (port: Port) => PortType; define: (port: Port) => Definition },
): Pick<IrComponent, Key> | Record<never, never> {
  const pick = (parameters: boolean) =>
    Object.fromEntries(
      ports
        .filter(([, port]) => isParameterType(typeOf(port)) === parameters)
        .map(([name, port]) => [name, define(port)]),
    );
  const { inputs } = inputsOf(pick(true), pick(false));
  return inputs ? { [key]: inputs } : {};
}
