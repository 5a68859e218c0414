import { MlflowServer } from './mlflow-server.ts';
import { testLogin } from './server.fixture.ts';

// Starts an MLflow server, says where it will be, and stays until it is killed.
const [python = '', folder = ''] = process.argv.slice(2);
const report = (event: string) => {
  if (event === 'mlflow starting') console.log(server.url);
};
const server = await MlflowServer.start({ python, folder, login: testLogin, report });
setInterval(() => undefined, 1000);
