/** The variables by which every client of MLflow is told how to sign in; a token wins over a name. */
const names = ['MLFLOW_TRACKING_TOKEN', 'MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD'] as const;

export type MlflowCredentials = Readonly<Partial<Record<(typeof names)[number], string>>>;

/** What is set of them, as it is handed to steps. */
export function mlflowCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): MlflowCredentials {
  return Object.fromEntries(
    names.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : [])),
  );
}

/** The header of a request, or none where MLflow asks for no login. */
export function authorization(credentials: MlflowCredentials): Record<string, string> {
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password = '',
  } = credentials;
  if (token) return { authorization: `Bearer ${token}` };
  if (user) return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  return {};
}
