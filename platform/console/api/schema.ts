/** Generated from the server’s /api/openapi.json by `npm run generate -w platform/console`. */
export interface paths {
    "/api/v1/operator/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description who is asking */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OperatorState"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Exchange a token, or a name and a password, for a session cookie */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            responses: {
                /** @description signed in */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OperatorState"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sign in by the organisation’s OpenID provider: for browsers, which are sent there */
        get: {
            parameters: {
                query?: {
                    /** @description a page of the console to be shown afterwards */
                    return_to?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description elsewhere */
                302: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the organisation’s OpenID provider sends browsers back to */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description elsewhere */
                302: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description alive */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            status: "ok";
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs in brief, newest first or by a metric */
        get: {
            parameters: {
                query?: {
                    pipeline?: string;
                    state?: "pending" | "running" | "canceling" | "succeeded" | "failed" | "canceled";
                    /** @description KEY=VALUE; several are all to hold */
                    tag?: string | string[];
                    /** @description the id of the sweep that they are trials of */
                    sweep?: string;
                    /** @description part of the id, the name, the note or the pipeline's name */
                    find?: string;
                    /** @description the name of a metric */
                    sort?: string;
                    /** @description of the metric */
                    order?: "asc" | "desc";
                    start?: number | null;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description a page of them */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Runs"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Run a pipeline; asked for again with the same Idempotency-Key, it is the same run */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description a UUID, a new one for each thing that is asked for; sent again with it, it is the same */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewRun"];
                };
            };
            responses: {
                /** @description started */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunStarted"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run, by its id, the beginning of it, or its name */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description found */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** What people call a run and say about it */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RunChanges"];
                };
            };
            responses: {
                /** @description as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/runs/{id}/difference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What it was made from that another run was not: code, packages, items of datasets */
        get: {
            parameters: {
                query: {
                    /** @description the other run, the earlier one */
                    from: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what differs */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunDifference"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description asked to stop */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunStarted"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description goes on */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunStarted"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/reproduce": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run the same pipeline on the same datasets with the same parameters and seed, every task anew */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Reproduction"];
                };
            };
            responses: {
                /** @description started */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunStarted"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/tasks/{task}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    task: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description so far */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/curves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the metrics that its tasks log went so far */
        get: {
            parameters: {
                query?: {
                    /** @description this task alone */
                    task?: string;
                    /** @description with what MLflow logs of the machine, the metrics `system/…` */
                    system?: "true" | "false";
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description by task and metric */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunCurves"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/tasks/{task}/outputs/{output}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The files of what a task made */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    task: string;
                    output: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description one without a path where it is a file */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OutputFiles"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/tasks/{task}/outputs/{output}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of these files */
        get: {
            parameters: {
                query?: {
                    path?: string;
                };
                header?: never;
                path: {
                    id: string;
                    task: string;
                    output: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description its bytes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": Blob;
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The versions of all models */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description by name, of each the newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Models"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Models"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Register what a run made, or files, as a version; the same files are one version */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Registration"];
                };
            };
            responses: {
                /** @description registered */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelVersion"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description a number, or an alias such as champion */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description found */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Model"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/versions/{version}/bundle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a model version is made of: its files with their digests */
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description a number, or an alias such as champion */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description its manifest */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Bundle"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/versions/{version}/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One file of a model version */
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description a number, or an alias such as champion */
                    version: string;
                    file: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description its bytes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": Blob;
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/training": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where continuous training stands */
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrainingProgress"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Pause continuous training, or let it go on */
        put: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Training"];
                };
            };
            responses: {
                /** @description as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Training"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Train now, whatever the triggers say; the training that is under way where there is one */
        post: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TrainingWish"];
                };
            };
            responses: {
                /** @description started */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunStarted"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/candidates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a model judged that was made by hand, and released where it passes the gate */
        post: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Candidate"];
                };
            };
            responses: {
                /** @description the run that judges it */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunStarted"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The releases of all models */
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description by model and environment, of each the newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Releases"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description by environment, of each the newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Releases"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Bring a model version up beside the champion */
        post: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
            responses: {
                /** @description proposed */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Release"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/release-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of releases, why and by whom: nothing of it is ever changed */
        get: {
            parameters: {
                query?: {
                    environment?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReleaseHistory"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the release before the present one champion again */
        post: {
            parameters: {
                query?: {
                    environment?: string;
                    /** @description why, for those who look at it later */
                    reason?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description serving again */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Release"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/releases/{id}/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a release the champion of its model in its environment */
        post: {
            parameters: {
                query?: {
                    /** @description why, for those who look at it later */
                    reason?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description champion */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Release"];
                    };
                };
                /** @description asked for, where a second person has to agree */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Approval"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/environments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is declared of each environment of each model, and what has changed since its release */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description by model, as they are declared */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelEnvironments"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/environments/{environment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One environment, with the versions of its settings */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    environment: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description as it stands */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DescribedEnvironment"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/environment-difference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What two environments differ in, or two versions of one */
        get: {
            parameters: {
                query: {
                    /** @description ENVIRONMENT for what it is declared to be now, or ENVIRONMENT:NUMBER for a version of it */
                    from: string;
                    /** @description ENVIRONMENT for what it is declared to be now, or ENVIRONMENT:NUMBER for a version of it */
                    to: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description from the first to the second */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SettingsComparison"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/releases/{id}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a release goes out with, beside where it served before */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description to be looked at before it is promoted */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReleaseSettings"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/versions/{version}/details": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What its files say of it: signature, input example, card, flavour */
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description a number, or an alias such as champion */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description as it was registered */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/versions/{version}/bom": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its bill of materials: CycloneDX 1.6 (ML-BOM) */
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description a number, or an alias such as champion */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the same whenever it is asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MlBom"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/versions/{version}/signature": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signature over its files (OpenSSF model signing) */
        get: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description a number, or an alias such as champion */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description a Sigstore bundle */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelSigningBundle"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/versions/{version}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hold every byte of its files against its signature */
        post: {
            parameters: {
                query?: {
                    environment?: string;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description a number, or an alias such as champion */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description read to the last byte */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelVerification"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-signing-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public key by which anyone can verify what is signed here */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description of this installation */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelSigningKey"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-comparison": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Two model versions side by side, and which of their figures can be compared */
        get: {
            parameters: {
                query: {
                    environment?: string;
                    /** @description NAME:VERSION or NAME@ALIAS */
                    a: string;
                    b: string;
                    /** @description the dataset version that was held out: NAME, NAME@DIGEST or a digest */
                    on?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description side by side */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelComparison"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What its aliases mean, and who changed that when and why */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the newest change first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelAliases"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{name}/aliases/{alias}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    alias: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AliasWish"];
                };
            };
            responses: {
                /** @description as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelAliases"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query: {
                    reason: string;
                };
                header?: never;
                path: {
                    name: string;
                    alias: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelAliases"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is in a version: kinds of items, labels, and the columns of its tables
         * @description Computed when it is asked for the first time, and kept.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description computed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetProfile"];
                    };
                };
                /** @description being computed: ask again */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProfilePending"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/profile/difference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is otherwise in its tables than in those of another version */
        get: {
            parameters: {
                query: {
                    /** @description the digest of the other version */
                    from: string;
                };
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description by column */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProfileDifference"];
                    };
                };
                /** @description being computed: ask again */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProfilePending"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/croissant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The metadata of a version as Croissant 1.0, to lie beside its files
         * @description Licence and creator are those that the project declares unless given; without them it is refused.
         */
        get: {
            parameters: {
                query?: {
                    license?: string;
                    creator?: string;
                    description?: string;
                };
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description JSON-LD */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Croissant"];
                    };
                };
                /** @description the tables are being read: ask again */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Computing"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/deletion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete a version with its parts, and the bytes that nothing else holds
         * @description What was made from it stays, and lineage still knows that there was a version.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewDeletion"];
                };
            };
            responses: {
                /** @description deleted */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetTombstone"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dataset-tombstones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Dataset versions that were deleted, newest first */
        get: {
            parameters: {
                query?: {
                    name?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description all, or those of one dataset */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetTombstones"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/splits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The splits of a version, by name */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description all */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetSplits"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Split a version by group, time or stratum
         * @description Each part is a dataset version. A split never changes: the same wish gives the same one.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewSplit"];
                };
            };
            responses: {
                /** @description split */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetSplit"];
                    };
                };
                /** @description being split: ask again */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Computing"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/validations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What came of holding a version against rules, newest first */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description all that is kept */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetValidations"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Hold a version against rules
         * @description The outcome is kept: asked for again with the same rules, nothing is read.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewValidation"];
                };
            };
            responses: {
                /** @description checked, whether the rules hold or not */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetValidation"];
                    };
                };
                /** @description being checked: ask again */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Computing"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sweeps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Sweeps"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Search for the parameters of a pipeline; each trial is a run. Asked for again with the same Idempotency-Key, it is the same sweep */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description a UUID, a new one for each thing that is asked for; sent again with it, it is the same */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewSweep"];
                };
            };
            responses: {
                /** @description begun */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SweepDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sweeps/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A sweep, by its id, the beginning of it, or its name */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description found */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SweepDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sweeps/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description its trials are canceled */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SweepDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sweeps/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with the trials that are left of one that failed or was canceled */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description goes on */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SweepDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Pipelines that the project declares to run by themselves */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description in the order of their declaration */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecurringPipelines"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Pause such a pipeline, or let it go on */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RecurringChanges"];
                };
            };
            responses: {
                /** @description as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecurringPipeline"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/pipelines/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run such a pipeline now */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description begun, or under way already */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecurringRun"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/experiments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Experiments"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Test a release against the champion: in its shadow, or by serving a part of the people */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewExperiment"];
                };
            };
            responses: {
                /** @description begun */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExperimentDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/experiments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an experiment says so far; one may look at any time */
        get: {
            parameters: {
                query?: {
                    /** @description also how the evidence went */
                    path?: "true" | "false";
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description found */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExperimentDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/experiments/{id}/exposures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Which release serves somebody; the same from the first time on */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ExposureWish"];
                };
            };
            responses: {
                /** @description the arm */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Exposed"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/experiments/{id}/outcomes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What became of requests; a batch is taken whole or not at all, and may be sent again */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ExperimentOutcomes"];
                };
            };
            responses: {
                /** @description taken */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OutcomesTaken"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/experiments/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End an experiment; the champion stays */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ExperimentStop"];
                };
            };
            responses: {
                /** @description ended */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExperimentDetails"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description services and environments */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Status"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Of this process and of what is released and tested, as Prometheus reads it */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description in the text format of Prometheus */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this server runs with; secrets are left out */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description as it was started */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServerFacts"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lineage-kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The kinds of things that can be traced, in the order of the flow of data */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description those of the platform and of the project */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LineageKinds"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trace/{kind}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What it was made from and what it reached
         * @description Some kinds may be asked for as `latest`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    kind: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description ancestors and descendants */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Trace"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Datasets"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * A dataset version of blobs that are there already; the same items are the same version
         * @description Where the project declares rules for the dataset, a version that breaks them is refused.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewDataset"];
                };
            };
            responses: {
                /** @description saved */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SavedDataset"];
                    };
                };
                /** @description being held against its rules: send it again */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Computing"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description found */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Dataset"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Some of the items of a version, and how many there are */
        get: {
            parameters: {
                query?: {
                    /** @description part of a key or of a label */
                    find?: string;
                    start?: number | null;
                    limit?: number;
                };
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description by key */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetItems"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/difference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed since another version, by key */
        get: {
            parameters: {
                query: {
                    /** @description the digest of the other version */
                    from: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description of each kind, the first ones and a count */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetDifference"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blobs/missing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Which of these are not there yet */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BlobDigests"];
                };
            };
            responses: {
                /** @description to be sent */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MissingBlobs"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Many small blobs at once: a line of JSON, [[digest, length], …], then their bytes in that order */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/octet-stream": Blob;
                };
            };
            responses: {
                /** @description done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blobs/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Bytes under their own digest */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/octet-stream": Blob;
                };
            };
            responses: {
                /** @description done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Store a snapshot of a project's folder, whose files are blobs; says which of them are not there yet */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewCode"];
                };
            };
            responses: {
                /** @description stored, where nothing is missing */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["StoredCode"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blobs/{digest}/parts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which parts of a large file have arrived, so that an upload goes on where it stopped */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description what need not be sent again */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BlobParts"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Makes the file of its parts; to be repeated while it is being stored */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["JoinedParts"];
                };
            };
            responses: {
                /** @description stored */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JoinState"];
                    };
                };
                /** @description being stored: ask again */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JoinState"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blobs/{digest}/parts/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** A part of a large file, numbered from 0 */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                    number: number | null;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/octet-stream": Blob;
                };
            };
            responses: {
                /** @description done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads every item and compares it with its digest
         * @description With `start`, from that item on for some seconds: `next` is where to go on. A damaged item counts as missing until it is sent again.
         */
        get: {
            parameters: {
                query?: {
                    start?: number | null;
                };
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description read */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DatasetState"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{digest}/items/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description its bytes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": Blob;
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description those alone that wait for somebody */
                    open?: "true" | "false";
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Approvals"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A request, and what there is to look at before it is approved */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description as it stands */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CheckedApproval"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the release champion; by another user than the one who asked */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ApprovalGiven"];
                };
            };
            responses: {
                /** @description champion */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Release"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leave what serves as it is; whoever asked may withdraw it so */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ApprovalRefused"];
                };
            };
            responses: {
                /** @description rejected */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Approval"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, and as what */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description you */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a password of one’s own; sessions that began with the one before end */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordChange"];
                };
            };
            responses: {
                /** @description done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tokens without their secrets: one’s own; operators and auditors see those of everybody */
        get: {
            parameters: {
                query?: {
                    user?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Tokens"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Make a token; asked for with a token of one’s own, it does not outlive that */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
            responses: {
                /** @description with its secret, shown this once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CreatedToken"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a token, and end the sessions that it was exchanged for */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description by name */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Users"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewUser"];
                };
            };
            responses: {
                /** @description added */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a user, with all tokens and sessions; the name is not given again */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Give a user another role or a new password; it counts from the next request on */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UserChanges"];
                };
            };
            responses: {
                /** @description as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/operator/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Turn the operators' shared token off, or on again; by a user with the role operator */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SharedTokenSwitch"];
                };
            };
            responses: {
                /** @description as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SharedTokenSwitch"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log, page by page */
        get: {
            parameters: {
                query?: {
                    by?: string;
                    /** @description the beginning of it, such as `release.` */
                    action?: string;
                    /** @description the beginning of it, such as `run:` */
                    target?: string;
                    outcome?: "asked" | "done" | "refused";
                    since?: string;
                    until?: string;
                    start?: number | null;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AuditEntries"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log as JSON lines, oldest first */
        get: {
            parameters: {
                query?: {
                    by?: string;
                    /** @description the beginning of it, such as `release.` */
                    action?: string;
                    /** @description the beginning of it, such as `run:` */
                    target?: string;
                    outcome?: "asked" | "done" | "refused";
                    since?: string;
                    until?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description an entry a line */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": Blob;
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow the chain of digests from the first entry on */
        get: {
            parameters: {
                query?: {
                    /** @description a head that was noted before, as POSITION:DIGEST */
                    known?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description and what does not fit */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AuditVerdict"];
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/steps/grant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the step is given */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description its code, dataset versions and packages */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            run: string;
                            executor: string;
                            code: string | null;
                            datasets: string[];
                            environment: {
                                installs: {
                                    requirements: string[];
                                    withDependencies: boolean;
                                    indexUrls: string[];
                                    trustedHosts: string[];
                                    findLinks: string[];
                                }[];
                            } | {
                                requirements: string;
                            } | {
                                uvLock: string;
                            } | {
                                packageLock: string;
                            } | null;
                            anew: boolean;
                        };
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/steps/blobs/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Bytes of the code or of a dataset version that the step is given */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description the bytes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": Blob;
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/steps/locks/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What packages that a component declares were resolved to before */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description null where they were not */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            lock: {
                                text: string;
                                hashed: boolean;
                                sources: string[];
                            } | null;
                        };
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Keeps what packages were resolved to, unless another step was quicker */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    digest: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        text: string;
                        hashed: boolean;
                        sources: string[];
                    };
                };
            };
            responses: {
                /** @description what is kept */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            text: string;
                            hashed: boolean;
                            sources: string[];
                        };
                    };
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/steps/environment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Tells which packages the step runs with */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        digest: string;
                        packages: string[];
                    };
                };
            };
            responses: {
                /** @description done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description what was wrong and what to do */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        OperatorState: {
            /** @description whether they have the role operator */
            operator: boolean;
            user: {
                name: string;
                /** @enum {string} */
                role: "viewer" | "data-scientist" | "operator" | "auditor";
                /** @description by the operators' shared token */
                shared: boolean;
                /** @description whether that token still counts */
                sharedTokenOn: boolean;
            } | null;
            /** @description the OpenID provider by which users may sign in too */
            organisation: {
                /** @description what people call it */
                name: string;
                /** @description where a browser begins */
                address: string;
            } | null;
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description stable */
            code: string;
            /** @description what to do next */
            action: string;
            requestId: string;
        };
        SignIn: {
            token?: string;
            name?: string;
            password?: string;
        };
        Runs: {
            runs: components["schemas"]["RunSummary"][];
            /** @description of those that match */
            total: number;
        };
        RunSummary: {
            id: string;
            pipeline: string;
            /** @enum {string} */
            state: "pending" | "running" | "canceling" | "succeeded" | "failed" | "canceled";
            reason: string | null;
            trigger: string;
            by?: string;
            engine: string;
            name?: string;
            note?: string;
            tags?: {
                [key: string]: string;
            };
            sweep?: string;
            createdAt: string;
            finishedAt: string | null;
            parameters: {
                [key: string]: string | number | boolean | unknown[] | {
                    [key: string]: unknown;
                };
            };
            metrics: {
                [key: string]: number;
            };
            models: string[];
            tasks: {
                total: number;
                finished: number;
                running: string[];
            };
        };
        RunStarted: {
            id: string;
        };
        NewRun: {
            /** @description compiled PipelineSpec */
            pipelineSpec: {
                [key: string]: unknown;
            };
            /** @default {} */
            parameters?: {
                [key: string]: string | number | boolean | unknown[] | {
                    [key: string]: unknown;
                };
            };
            /** @default true */
            useCache?: boolean;
            /** @description where to run it, by the name of an engine that is there; as the server is configured unless given */
            engine?: string;
            /** @description a stored snapshot that its steps run in; the server's own project unless given */
            code?: {
                digest: string;
                origin: {
                    commit: string | null;
                    branch: string | null;
                    clean: boolean | null;
                };
            };
            /** @default manual */
            trigger?: string;
            /** @default 0 */
            seed?: number;
            name?: string;
            note?: string;
            tags?: {
                [key: string]: string;
            };
        };
        RunDetails: {
            id: string;
            pipeline: string;
            /** @enum {string} */
            state: "pending" | "running" | "canceling" | "succeeded" | "failed" | "canceled";
            reason: string | null;
            trigger: string;
            by?: string;
            engine: string;
            pins: {
                pipeline: string;
                code: string;
                environment: string;
                datasets: string[];
                parameters: {
                    [key: string]: string | number | boolean | unknown[] | {
                        [key: string]: unknown;
                    };
                };
                seed: number;
            };
            origin?: {
                commit: string | null;
                branch: string | null;
                clean: boolean | null;
            };
            trackingRun: string | null;
            notices?: string[];
            name?: string;
            note?: string;
            tags?: {
                [key: string]: string;
            };
            sweep?: string;
            requestDigest?: string;
            tasks: {
                name: string;
                /** @enum {string} */
                state: "pending" | "running" | "succeeded" | "failed" | "canceled" | "skipped";
                attempts: number;
                cached: boolean;
                cacheKey: string | null;
                command: string[];
                environment?: {
                    digest: string;
                    packages: string[];
                    lock?: string;
                };
                inputs: {
                    parameters: {
                        [key: string]: string | number | boolean | unknown[] | {
                            [key: string]: unknown;
                        };
                    };
                    artifacts: {
                        [key: string]: {
                            name: string;
                            digest: string;
                            bytes: number;
                            type: string;
                            metadata: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
                outputs: {
                    parameters: {
                        [key: string]: string | number | boolean | unknown[] | {
                            [key: string]: unknown;
                        };
                    };
                    artifacts: {
                        [key: string]: {
                            name: string;
                            digest: string;
                            bytes: number;
                            type: string;
                            metadata: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
                startedAt: string | null;
                finishedAt: string | null;
                reason: string | null;
                cpuSeconds: number | null;
                trackingRun?: string;
            }[];
            createdAt: string;
            finishedAt: string | null;
            /** @description how its tasks follow each other, by name, as the pipeline says */
            edges: {
                from: string;
                to: string;
            }[];
        };
        /** @description null takes away, what is left out stays */
        RunChanges: {
            name?: string | null;
            note?: string | null;
            tags?: {
                [key: string]: string | null;
            };
        };
        RunDifference: {
            from: string;
            to: string;
            /** @description null where the code of one of them is not kept, such as that in an image */
            code: {
                added: string[];
                removed: string[];
                changed: {
                    path: string;
                    /** @description a unified diff; null where it is large or no text */
                    patch: string | null;
                }[];
            } | null;
            /** @description of tasks that both have, which declare packages of their own */
            packages: {
                task: string;
                name: string;
                before: string | null;
                after: string | null;
            }[];
            datasets: {
                name: string;
                before: string | null;
                after: string | null;
                added: number;
                removed: number;
                changed: number;
            }[];
        };
        Reproduction: {
            engine?: string;
        };
        RunCurves: {
            /** @description in the order of the run */
            tasks: {
                name: string;
                /** @enum {string} */
                state: "pending" | "running" | "succeeded" | "failed" | "canceled" | "skipped";
                /** @description the curves are of the task that it was taken from */
                cached: boolean;
                startedAt: string | null;
                /** @enum {string} */
                stepsAre: "epoch" | "step";
                /** @description what a training is judged by first */
                metrics: components["schemas"]["MetricCurve"][];
            }[];
            /** @description why curves are missing, or are not the newest */
            problem: {
                code: string;
                detail: string;
                action: string;
            } | null;
        };
        MetricCurve: {
            name: string;
            /** @description the same for metrics that are looked at together: `loss` for `loss` and `val_loss` */
            chart: string;
            /** @description how many points there are; of many, those are shown that stand out */
            logged: number;
            /** @description by step; by time where all are of one step */
            points: components["schemas"]["CurvePoint"][];
        };
        CurvePoint: {
            step: number;
            value: number | ("NaN" | "Infinity" | "-Infinity");
            /** @description when it was logged */
            time: string;
        };
        OutputFiles: {
            /** @description as Kubeflow Pipelines names it, such as system.Model */
            type: string;
            digest: string;
            files: {
                path: string;
                digest: string;
                bytes: number;
            }[];
        };
        Models: {
            models: {
                name: string;
                version: number;
                bundle: string;
                run: string | null;
                createdAt: string;
                metrics: {
                    [key: string]: number;
                };
                aliases: string[];
                /** @description what MLflow shows otherwise: somebody changed it there */
                differences: string[];
            }[];
            /** @description versions that MLflow shows and this installation does not believe */
            notOurs: {
                name: string;
                version: number;
                difference: string;
            }[];
        };
        ModelVersion: {
            name: string;
            version: number;
            bundle: string;
            run: string | null;
            createdAt: string;
            metrics: {
                [key: string]: number;
            };
        };
        /** @description what a run made, or files that were sent */
        Registration: {
            /** @description put to /api/v1/blobs/{digest} before */
            files: {
                path: string;
                digest: string;
                bytes: number;
            }[];
        } | {
            run: string;
            /** @description TASK/OUTPUT; the only output of the type model unless given */
            output?: string;
        };
        Model: {
            name: string;
            version: number;
            bundle: string;
            run: string | null;
            createdAt: string;
            metrics: {
                [key: string]: number;
            };
            aliases: string[];
            /** @description what MLflow shows otherwise: somebody changed it there */
            differences: string[];
        };
        Bundle: {
            /** @enum {number} */
            format: 1;
            name: string;
            files: {
                path: string;
                digest: string;
                bytes: number;
            }[];
            parent: string | null;
            properties: {
                [key: string]: unknown;
            };
        };
        TrainingProgress: {
            model: string;
            environment: string;
            /** @description whether nothing is begun by itself */
            paused: boolean;
            triggers: string[];
            /** @description what is new since the last training */
            counts: {
                [key: string]: number;
            };
            /** @description how many of it begin a training */
            thresholds: {
                [key: string]: number;
            };
            training: {
                run: string;
                /** @enum {string} */
                phase: "submitting" | "running" | "releasing";
                trigger: string;
                /** @description of its present phase; after a few the training ends */
                failures: number;
                /** @description why the last of them failed */
                trouble: string | null;
            } | null;
            /** @description what went wrong last; no run where none had begun */
            lastFailure: {
                run: string | null;
                at: string;
                reason: string;
            } | null;
        };
        Training: {
            /** @description whether nothing is begun by itself */
            paused: boolean;
        };
        TrainingWish: {
            /** @default manual */
            trigger?: string;
        };
        Candidate: {
            /** @description what the project wants to know of it */
            parameters: {
                [key: string]: string | number | boolean | unknown[] | {
                    [key: string]: unknown;
                };
            };
            /** @default by hand */
            trigger?: string;
        };
        Releases: {
            releases: components["schemas"]["Release"][];
        };
        Release: {
            id: string;
            environment: string;
            model: string;
            version: number;
            bundle: string;
            /** @enum {string} */
            stage: "preparing" | "shadow" | "canary" | "champion" | "retired" | "held-back";
            reason: string;
            settings?: string;
            by?: string;
            createdAt: string;
            promotedAt: string | null;
        };
        ReleaseHistory: {
            events: {
                environment: string;
                model: string;
                version: number;
                /** @enum {string} */
                stage: "preparing" | "shadow" | "canary" | "champion" | "retired" | "held-back";
                at: string;
                release: string;
                reason: string;
                by?: string;
            }[];
        };
        Proposal: {
            /** @description why, for those who look at it later */
            reason?: string;
            /** @description a number, or an alias such as champion */
            version: number | string;
        };
        Approval: {
            id: string;
            release: string;
            environment: string;
            model: string;
            version: number;
            bundle: string;
            champion: string | null;
            /** @enum {string} */
            state: "open" | "approving" | "approved" | "rejected" | "overtaken";
            askedBy: string;
            askedAt: string;
            reason: string | null;
            decidedBy: string | null;
            decidedAt: string | null;
            decision: string | null;
        };
        ModelEnvironments: {
            environments: components["schemas"]["ModelEnvironment"][];
        };
        ModelEnvironment: {
            model: string;
            environment: string;
            version: components["schemas"]["SettingsVersion"];
            /** @description what serves there */
            release: {
                id: string;
                version: number;
                /** @description of the settings that it went out with; null from before there were any */
                settings: number | null;
            } | null;
            /** @description since the release that serves went out */
            changes: {
                path: string;
                from: string | null;
                to: string | null;
            }[];
            /** @description for the changes to hold, or for what is missing */
            todo: string | null;
            /** @description names of settings that the server does not have; null where it cannot look */
            missingSecrets: string[] | null;
            /** @description what is asked for and not given where this server runs */
            notHonoured: {
                /** @enum {string} */
                setting: "replicas.max" | "resources.cpu" | "resources.memory" | "variables";
                said: string;
            }[];
        };
        SettingsVersion: {
            model: string;
            environment: string;
            number: number;
            digest: string;
            settings: {
                replicas?: {
                    min?: number;
                    max?: number;
                };
                resources?: {
                    cpu?: string;
                    memory?: string;
                };
                variables?: {
                    [key: string]: string;
                };
                secrets?: {
                    [key: string]: string;
                };
                policies: {
                    after?: string;
                    accept?: string[];
                    acceptWithinSeconds?: number;
                    /** @enum {string} */
                    approval?: "second-person";
                    experiment?: {
                        /** @enum {string} */
                        kind: "shadow" | "ab";
                        metrics: {
                            name: string;
                            /** @enum {string} */
                            role: "primary" | "guardrail";
                        }[];
                        /** @default 0.05 */
                        alpha?: number;
                        /** @default 0.02 */
                        margin?: number;
                        /** @default 3 */
                        window?: number;
                        /**
                         * @default [
                         *       {
                         *         "share": 0.01,
                         *         "people": 20
                         *       },
                         *       {
                         *         "share": 0.05,
                         *         "people": 20
                         *       },
                         *       {
                         *         "share": 0.1,
                         *         "people": 20
                         *       },
                         *       {
                         *         "share": 0.25,
                         *         "people": 20
                         *       },
                         *       {
                         *         "share": 0.5,
                         *         "people": 1
                         *       }
                         *     ]
                         */
                        ramp?: {
                            share: number;
                            people: number;
                        }[];
                        /**
                         * @default {
                         *       "people": 10000,
                         *       "days": 28
                         *     }
                         */
                        horizon?: {
                            people: number;
                            days: number;
                        };
                        /**
                         * @default champion
                         * @enum {string}
                         */
                        otherwise?: "champion" | "challenger";
                        minimumRequestsPerDay?: number;
                    };
                    logRequests?: {
                        sample: number;
                        mask?: string[];
                    };
                };
            };
            at: string;
            by: string;
        };
        DescribedEnvironment: {
            model: string;
            environment: string;
            version: components["schemas"]["SettingsVersion"];
            /** @description what serves there */
            release: {
                id: string;
                version: number;
                /** @description of the settings that it went out with; null from before there were any */
                settings: number | null;
            } | null;
            /** @description since the release that serves went out */
            changes: {
                path: string;
                from: string | null;
                to: string | null;
            }[];
            /** @description for the changes to hold, or for what is missing */
            todo: string | null;
            /** @description names of settings that the server does not have; null where it cannot look */
            missingSecrets: string[] | null;
            /** @description what is asked for and not given where this server runs */
            notHonoured: {
                /** @enum {string} */
                setting: "replicas.max" | "resources.cpu" | "resources.memory" | "variables";
                said: string;
            }[];
            /** @description newest first */
            versions: components["schemas"]["SettingsVersion"][];
        };
        SettingsComparison: {
            from: components["schemas"]["SettingsVersion"];
            to: components["schemas"]["SettingsVersion"];
            /** @description by path; null where it is not there */
            differences: {
                path: string;
                from: string | null;
                to: string | null;
            }[];
        };
        ReleaseSettings: {
            release: string;
            from: {
                environment: string;
                number: number;
            } | null;
            to: {
                environment: string;
                number: number;
            } | null;
            differences: {
                path: string;
                from: string | null;
                to: string | null;
            }[];
            changes: {
                path: string;
                from: string | null;
                to: string | null;
            }[];
        };
        ModelDetails: {
            flavour: string | null;
            flavours: string[];
            file: string | null;
            requirements: string[];
            python: string | null;
            faults: {
                code: string;
                message: string;
                action: string;
            }[];
            /** @description MLflow's ModelSignature; null where the files do not say it */
            signature: {
                inputs: {
                    [key: string]: unknown;
                }[] | null;
                outputs: {
                    [key: string]: unknown;
                }[] | null;
                params: {
                    [key: string]: unknown;
                }[] | null;
            } | null;
            /** @description its inputs, in words */
            takes: string[] | null;
            /** @description its outputs, in words */
            returns: string[] | null;
            example: {
                file: string;
                /** @description as it is written; null where it is large */
                value?: unknown;
            } | null;
            card: components["schemas"]["ModelCard"];
            signed: components["schemas"]["ModelVerification"];
            files: number;
            bytes: number;
        };
        ModelCard: {
            file: string | null;
            licence: string | null;
            task: string | null;
            tags: string[];
            data: {
                name: string;
                version: string | null;
            }[];
            metrics: {
                name: string;
                value: number;
                interval: {
                    low: number;
                    high: number;
                } | null;
                slice: string | null;
                data: string | null;
            }[];
            limits: string | null;
            releases: {
                environment: string;
                stage: string;
                reason: string;
            }[];
            text: string;
        };
        /** @description the signature against the list of files; the files themselves are read by verifying */
        ModelVerification: {
            /** @enum {string} */
            state: "verified" | "unsigned" | "refused";
            /** @description what is not as it was signed */
            faults: string[];
            /** @description the SHA-256 of the public key that signs here */
            key: string;
            signedAt: string | null;
        };
        MlBom: {
            [key: string]: unknown;
        };
        /** @description what model_signing verify takes */
        ModelSigningBundle: {
            [key: string]: unknown;
        };
        ModelSigningKey: {
            id: string;
            /** @description the public key */
            pem: string;
        };
        ModelComparison: {
            a: string;
            b: string;
            on: string | null;
            metrics: {
                name: string;
                a: number | null;
                b: number | null;
                /** @description whether both are of the same data */
                comparable: boolean;
                why: string;
            }[];
            signature: {
                name: string;
                a: string | number | null;
                b: string | number | null;
                equal: boolean;
            }[];
            card: {
                name: string;
                a: string | number | null;
                b: string | number | null;
                equal: boolean;
            }[];
            lineage: {
                name: string;
                a: string | number | null;
                b: string | number | null;
                equal: boolean;
            }[];
            sizes: {
                name: string;
                a: string | number | null;
                b: string | number | null;
                equal: boolean;
            }[];
        };
        ModelAliases: {
            aliases: {
                alias: string;
                by: string;
                reason: string;
                at: string;
                version: number;
            }[];
            history: {
                alias: string;
                by: string;
                reason: string;
                at: string;
                /** @description null: it was taken away */
                version: number | null;
                /** @description of champion, which follows the releases there */
                environment: string | null;
            }[];
        };
        AliasWish: {
            version: number;
            reason: string;
        };
        DatasetProfile: {
            /** @enum {number} */
            format: 1;
            items: number;
            bytes: number;
            mediaTypes: {
                mediaType: string;
                items: number;
                bytes: number;
            }[];
            labels: {
                name: string;
                missing: number;
                distinct: number;
                frequent: {
                    value: string;
                    count: number;
                }[];
            }[];
            /** @description of the items that are tables, read as one; null where none is */
            tables: {
                rows: number;
                read: {
                    count: number;
                    items: string[];
                };
                notTables: {
                    count: number;
                    items: string[];
                };
                unread: {
                    item: string;
                    /** @enum {string} */
                    why: "erased" | "too-large" | "unreadable";
                    line: number | null;
                    reason: string | null;
                }[];
                columns: components["schemas"]["ColumnProfile"][];
                columnsLeftOut: number;
                schemaDifferences: {
                    column: string;
                    usual: string | null;
                    count: number;
                    items: {
                        item: string;
                        type: string | null;
                    }[];
                }[];
            } | null;
        };
        ColumnProfile: {
            name: string;
            type: string;
            rows: number;
            missing: number;
            distinct: number;
            numbers: {
                notFinite: number;
                min: number | null;
                max: number | null;
                mean: number | null;
                standardDeviation: number | null;
                quartiles: {
                    lower: number;
                    median: number;
                    upper: number;
                } | null;
                histogram: {
                    bounds: number[];
                    counts: number[];
                };
            } | null;
            period: {
                from: string;
                to: string;
            } | null;
            frequent: {
                value: string;
                count: number;
            }[];
        };
        ProfilePending: {
            /** @enum {string} */
            state: "computing";
        };
        ProfileDifference: {
            from: string;
            to: string;
            /** @description null unless both versions hold tables */
            tables: {
                rows: {
                    before: number;
                    after: number;
                };
                /** @description tables that could not be read */
                unread: {
                    before: number;
                    after: number;
                };
                added: {
                    name: string;
                    type: string;
                }[];
                removed: {
                    name: string;
                    type: string;
                }[];
                retyped: {
                    name: string;
                    before: string;
                    after: string;
                }[];
                /** @description those that both have, of the same type */
                columns: components["schemas"]["ColumnDifference"][];
            } | null;
        };
        ColumnDifference: {
            name: string;
            type: string;
            /** @description shares of the rows */
            missing: {
                before: number;
                after: number;
            };
            mean: {
                before: number | null;
                after: number | null;
            } | null;
            quartiles: {
                before: {
                    lower: number;
                    median: number;
                    upper: number;
                } | null;
                after: {
                    lower: number;
                    median: number;
                    upper: number;
                } | null;
            } | null;
            /** @description the population stability index: by a rule of thumb little moved below 0.1, and much did above 0.25 */
            drift: number | null;
        };
        Croissant: {
            [key: string]: unknown;
        };
        Computing: {
            /** @enum {string} */
            state: "computing";
        };
        DatasetTombstone: {
            dataset: string;
            name: string;
            items: number;
            createdAt: string;
            deletedAt: string;
            deletedBy: string;
            reason: string;
            released: string[];
            freed: {
                blobs: number;
                bytes: number;
            } | null;
        };
        NewDeletion: {
            /** @description stays with what is known of the version */
            reason: string;
            /**
             * @description also where a model that was made from it is released
             * @default false
             */
            evenIfReleased?: boolean;
        };
        DatasetTombstones: {
            tombstones: components["schemas"]["DatasetTombstone"][];
        };
        DatasetSplit: {
            digest: string;
            createdAt: string;
            split: {
                /** @enum {number} */
                format: 1;
                dataset: string;
                name: string;
                rule: components["schemas"]["SplitRule"];
                /** @enum {string} */
                of: "items" | "rows";
                follows: string | null;
                cuts: {
                    part: string;
                    from: number;
                    text: string;
                }[];
                parts: components["schemas"]["SplitPart"][];
                assignment: string;
                leftOut: string[];
            };
        };
        SplitRule: {
            /** @enum {string} */
            by: "group" | "time" | "stratum";
            column: string;
            group: string | null;
            shares: {
                part: string;
                share: number;
            }[];
            seed: number;
        };
        SplitPart: {
            part: string;
            dataset: string;
            items: number;
            rows: number | null;
            units: number;
        };
        NewSplit: {
            /** @default default */
            name?: string;
            /** @enum {string} */
            by: "group" | "time" | "stratum";
            column: string;
            /** @default null */
            group?: string | null;
            shares: {
                part: string;
                share: number;
            }[];
            /** @default 0 */
            seed?: number;
        };
        DatasetSplits: {
            splits: components["schemas"]["DatasetSplit"][];
        };
        DatasetValidation: {
            dataset: string;
            rules: string;
            checkedAt: string;
            report: components["schemas"]["ValidationReport"];
        };
        ValidationReport: {
            /** @enum {number} */
            format: 1;
            passed: boolean;
            /** @enum {string} */
            of: "rows" | "items";
            rows: number;
            brokenRows: number;
            tables: {
                item: string;
                rows: number;
            }[];
            unread: {
                item: string;
                line: number | null;
                reason: string;
            }[];
            broken: {
                column: string | null;
                check: string;
                rows: number | null;
                found: string | null;
                examples: {
                    item: string;
                    row: number | null;
                    line: number | null;
                    value: string | null;
                }[];
            }[];
            library: string;
            text: string;
        };
        NewValidation: {
            /** @description a schema of Pandera, as YAML or JSON; those that the project declares for the dataset unless given */
            rules?: string;
        };
        DatasetValidations: {
            validations: components["schemas"]["DatasetValidation"][];
        };
        Sweeps: {
            sweeps: components["schemas"]["SweepSummary"][];
        };
        SweepSummary: {
            id: string;
            name?: string;
            pipeline: string;
            /** @enum {string} */
            state: "running" | "canceling" | "succeeded" | "failed" | "canceled";
            reason: string | null;
            plan: {
                space: {
                    [key: string]: {
                        values: (string | number | boolean | unknown[] | {
                            [key: string]: unknown;
                        })[];
                    } | {
                        low: number;
                        high: number;
                        /** @default false */
                        integer?: boolean;
                        step?: number;
                        /** @default false */
                        log?: boolean;
                    };
                };
                /** @enum {string} */
                sampler: "grid" | "random" | "bayesian";
                trials: number;
                parallel: number;
                metric: string;
                /** @enum {string} */
                goal: "maximize" | "minimize";
                seed: number;
                stopEarly?: {
                    metric: string;
                    afterSteps: number;
                };
            };
            createdAt: string;
            finishedAt: string | null;
            /** @description how many trials have begun */
            begun: number;
        };
        SweepDetails: {
            id: string;
            name?: string;
            pipeline: string;
            /** @enum {string} */
            state: "running" | "canceling" | "succeeded" | "failed" | "canceled";
            reason: string | null;
            plan: {
                space: {
                    [key: string]: {
                        values: (string | number | boolean | unknown[] | {
                            [key: string]: unknown;
                        })[];
                    } | {
                        low: number;
                        high: number;
                        /** @default false */
                        integer?: boolean;
                        step?: number;
                        /** @default false */
                        log?: boolean;
                    };
                };
                /** @enum {string} */
                sampler: "grid" | "random" | "bayesian";
                trials: number;
                parallel: number;
                metric: string;
                /** @enum {string} */
                goal: "maximize" | "minimize";
                seed: number;
                stopEarly?: {
                    metric: string;
                    afterSteps: number;
                };
            };
            createdAt: string;
            finishedAt: string | null;
            /** @description how many trials have begun */
            begun: number;
            trials: components["schemas"]["TrialOutcome"][];
            /** @description so far */
            best: components["schemas"]["TrialOutcome"] | null;
        };
        TrialOutcome: {
            number: number;
            run: string;
            parameters: {
                [key: string]: string | number | boolean | unknown[] | {
                    [key: string]: unknown;
                };
            };
            stopped?: boolean;
            /** @enum {string} */
            state: "pending" | "running" | "canceling" | "succeeded" | "failed" | "canceled";
            /** @description of the sweep's metric */
            value: number | null;
            reason: string | null;
        };
        NewSweep: {
            /** @description compiled PipelineSpec */
            pipelineSpec: {
                [key: string]: unknown;
            };
            /**
             * @description that every trial has
             * @default {}
             */
            parameters?: {
                [key: string]: string | number | boolean | unknown[] | {
                    [key: string]: unknown;
                };
            };
            /** @default true */
            useCache?: boolean;
            engine?: string;
            code?: {
                digest: string;
                origin: {
                    commit: string | null;
                    branch: string | null;
                    clean: boolean | null;
                };
            };
            name?: string;
            /** @description where to look, by the parameter of the pipeline */
            space: {
                [key: string]: {
                    values: (string | number | boolean | unknown[] | {
                        [key: string]: unknown;
                    })[];
                } | {
                    low: number;
                    high: number;
                    /** @default false */
                    integer?: boolean;
                    step?: number;
                    /** @default false */
                    log?: boolean;
                };
            };
            /**
             * @default random
             * @enum {string}
             */
            sampler?: "grid" | "random" | "bayesian";
            /** @default 20 */
            trials?: number;
            /** @default 2 */
            parallel?: number;
            metric: string;
            /**
             * @default maximize
             * @enum {string}
             */
            goal?: "maximize" | "minimize";
            /** @default 0 */
            seed?: number;
            stopEarly?: {
                metric: string;
                afterSteps: number;
            };
        };
        RecurringPipelines: {
            pipelines: components["schemas"]["RecurringPipeline"][];
        };
        RecurringPipeline: {
            name: string;
            triggers: string[];
            paused: boolean;
            /** @description the newest run */
            run: string | null;
            /** @description when a schedule is due next */
            next: string | null;
            /** @description why its last run could not begin */
            trouble: string | null;
        };
        RecurringChanges: {
            paused: boolean;
        };
        RecurringRun: {
            run: string;
            /** @description false where one was under way already */
            started: boolean;
        };
        Experiments: {
            experiments: components["schemas"]["ExperimentSummary"][];
        };
        ExperimentSummary: {
            id: string;
            model: string;
            environment: string;
            /** @enum {string} */
            kind: "shadow" | "ab";
            arms: {
                /** @enum {string} */
                arm: "champion" | "challenger";
                release: string;
                /** @description of the model; null where it is not known any more */
                version: number | null;
            }[];
            /** @description so far, at their first exposure */
            people: number;
            /** @enum {string} */
            state: "running" | "deciding" | "ended";
            createdAt: string;
            decision: {
                /** @enum {string} */
                outcome: "promote" | "reject" | "no-difference" | "undecided" | "broken" | "stopped";
                reason: string;
                at: string;
            } | null;
        };
        ExperimentDetails: {
            id: string;
            model: string;
            environment: string;
            /** @enum {string} */
            kind: "shadow" | "ab";
            arms: {
                /** @enum {string} */
                arm: "champion" | "challenger";
                release: string;
                /** @description of the model; null where it is not known any more */
                version: number | null;
                people: number;
                attempts: number;
            }[];
            /** @description so far, at their first exposure */
            people: number;
            /** @enum {string} */
            state: "running" | "deciding" | "ended";
            createdAt: string;
            decision: {
                /** @enum {string} */
                outcome: "promote" | "reject" | "no-difference" | "undecided" | "broken" | "stopped";
                reason: string;
                at: string;
            } | null;
            plan: {
                /** @enum {string} */
                kind: "shadow" | "ab";
                metrics: {
                    name: string;
                    /** @enum {string} */
                    role: "primary" | "guardrail";
                }[];
                /** @default 0.05 */
                alpha?: number;
                /** @default 0.02 */
                margin?: number;
                /** @default 3 */
                window?: number;
                /**
                 * @default [
                 *       {
                 *         "share": 0.01,
                 *         "people": 20
                 *       },
                 *       {
                 *         "share": 0.05,
                 *         "people": 20
                 *       },
                 *       {
                 *         "share": 0.1,
                 *         "people": 20
                 *       },
                 *       {
                 *         "share": 0.25,
                 *         "people": 20
                 *       },
                 *       {
                 *         "share": 0.5,
                 *         "people": 1
                 *       }
                 *     ]
                 */
                ramp?: {
                    share: number;
                    people: number;
                }[];
                /**
                 * @default {
                 *       "people": 10000,
                 *       "days": 28
                 *     }
                 */
                horizon?: {
                    people: number;
                    days: number;
                };
                /**
                 * @default champion
                 * @enum {string}
                 */
                otherwise?: "champion" | "challenger";
            };
            metrics: {
                name: string;
                /** @enum {string} */
                role: "primary" | "guardrail";
                /** @description the highest e-value so far */
                e: number;
                /** @description valid however often one looks */
                p: number;
                /** @description of the challenger's error rate less the champion's */
                low: number;
                high: number;
                harm: {
                    /** @description the highest e-value so far */
                    e: number;
                    /** @description valid however often one looks */
                    p: number;
                };
                notInferior: {
                    /** @description the highest e-value so far */
                    e: number;
                    /** @description valid however often one looks */
                    p: number;
                };
                /** @description worse by more than the margin */
                inferior: {
                    /** @description the highest e-value so far */
                    e: number;
                    /** @description valid however often one looks */
                    p: number;
                };
                /** @description e-values at which it decides; null where it does not */
                bounds: {
                    e: number | null;
                    harm: number | null;
                    notInferior: number | null;
                    inferior: number | null;
                };
            }[];
            /** @description that people are not shared out as they should be */
            ratio: {
                /** @description the highest e-value so far */
                e: number;
                /** @description valid however often one looks */
                p: number;
                bound: number;
            };
            path?: components["schemas"]["ExperimentPath"];
        };
        /** @description how the e-values went, 200 points a metric at most: each is the highest since the one before */
        ExperimentPath: {
            metrics: {
                name: string;
                points: {
                    /** @description told so far */
                    outcomes: number;
                    people: number;
                    e: number;
                    harm: number;
                    notInferior: number;
                    inferior: number;
                }[];
            }[];
            /** @description of an A/B test */
            sharing: {
                people: number;
                challenger: number;
                /** @description people that the challenger was to have by then */
                expected: number;
                ratio: number;
            }[];
        };
        NewExperiment: {
            /** @description up beside the champion */
            release: string;
            model: string;
            environment: string;
            plan: {
                /** @enum {string} */
                kind: "shadow" | "ab";
                metrics: {
                    name: string;
                    /** @enum {string} */
                    role: "primary" | "guardrail";
                }[];
                /** @default 0.05 */
                alpha?: number;
                /** @default 0.02 */
                margin?: number;
                /** @default 3 */
                window?: number;
                /**
                 * @default [
                 *       {
                 *         "share": 0.01,
                 *         "people": 20
                 *       },
                 *       {
                 *         "share": 0.05,
                 *         "people": 20
                 *       },
                 *       {
                 *         "share": 0.1,
                 *         "people": 20
                 *       },
                 *       {
                 *         "share": 0.25,
                 *         "people": 20
                 *       },
                 *       {
                 *         "share": 0.5,
                 *         "people": 1
                 *       }
                 *     ]
                 */
                ramp?: {
                    share: number;
                    people: number;
                }[];
                /**
                 * @default {
                 *       "people": 10000,
                 *       "days": 28
                 *     }
                 */
                horizon?: {
                    people: number;
                    days: number;
                };
                /**
                 * @default champion
                 * @enum {string}
                 */
                otherwise?: "champion" | "challenger";
            };
        };
        Exposed: {
            /** @enum {string} */
            arm: "champion" | "challenger";
            release: string;
        };
        ExposureWish: {
            /** @description of whoever comes: a pseudonym */
            key: string;
        };
        OutcomesTaken: {
            counted: number;
            /** @description told before */
            known: number;
            /** @description of keys that were never exposed */
            unexposed: number;
        };
        ExperimentOutcomes: {
            outcomes: {
                request: string;
                key: string;
                /** Format: date-time */
                at: string;
                champion?: {
                    [key: string]: 0 | 1;
                };
                challenger?: {
                    [key: string]: 0 | 1;
                };
            }[];
        };
        ExperimentStop: {
            reason: string;
        };
        Status: {
            services: {
                name: string;
                healthy: boolean;
                url: string | null;
                /** @description why it is not healthy, for people */
                reason?: string | null;
            }[];
            /** @description one entry for each model that is released to an environment */
            environments: {
                name: string;
                model: string;
                champion: {
                    model: string;
                    version: number;
                    release: string;
                } | null;
                challenger: {
                    model: string;
                    version: number;
                    release: string;
                } | null;
                /** @description where its champion answers over the Open Inference Protocol; /v2 follows */
                serving?: string | null;
            }[];
            /** @description whether the operators' shared token still counts */
            sharedTokenOn?: boolean;
        } & {
            [key: string]: unknown;
        };
        ServerFacts: {
            project: {
                name: string;
                folder: string;
                models: string[];
                /** @description whether it has pages of its own */
                pages: boolean;
            };
            /** @description by the names that runs ask for */
            engines: string[];
            settings: {
                /** @description of the environment variable */
                name: string;
                /** @description null where it is not set */
                value: string | null;
            }[];
            versions: {
                name: string;
                version: string;
            }[];
        };
        LineageKinds: {
            /** @description in the order of the flow of data */
            kinds: {
                name: string;
                aliases: string[];
            }[];
        };
        Trace: {
            nodes: {
                kind: string;
                id: string;
                label?: string;
            }[];
            edges: {
                from: string;
                to: string;
                relation: string;
            }[];
        };
        Datasets: {
            datasets: {
                digest: string;
                name: string;
                items: number;
                createdAt: string;
                /** @description the versions that it was split into */
                splits: {
                    name: string;
                    parts: {
                        part: string;
                        dataset: string;
                    }[];
                }[];
            }[];
        };
        Dataset: {
            digest: string;
            manifest: {
                /** @enum {number} */
                format: 1;
                name: string;
                items: {
                    key: string;
                    digest: string;
                    bytes: number;
                    mediaType: string;
                    labels: {
                        [key: string]: string;
                    };
                    provenance: {
                        [key: string]: string;
                    };
                }[];
            };
        };
        DatasetItems: {
            digest: string;
            name: string;
            /** @description by key */
            items: components["schemas"]["DatasetItem"][];
            /** @description how many match what was looked for */
            found: number;
            total: number;
            /** @description of all items together */
            bytes: number;
        };
        DatasetItem: {
            key: string;
            digest: string;
            bytes: number;
            mediaType: string;
            labels: {
                [key: string]: string;
            };
            provenance: {
                [key: string]: string;
            };
        };
        DatasetDifference: {
            added: {
                count: number;
                items: components["schemas"]["DatasetItem"][];
            };
            removed: {
                count: number;
                items: components["schemas"]["DatasetItem"][];
            };
            changed: {
                count: number;
                items: {
                    before: components["schemas"]["DatasetItem"];
                    after: components["schemas"]["DatasetItem"];
                }[];
            };
        };
        MissingBlobs: {
            missing: string[];
        };
        BlobDigests: {
            digests: string[];
        };
        StoredCode: {
            digest: string;
            /** @description to be sent first; the code is stored when there are none */
            missing: string[];
        };
        NewCode: {
            /** @enum {string} */
            mediaType: "application/vnd.visavox.code+json";
            files: {
                path: string;
                digest: string;
                bytes: number;
                executable: boolean;
            }[];
            links: {
                path: string;
                target: string;
            }[];
        };
        BlobParts: {
            stored: boolean;
            partBytes: number;
            parts: {
                number: number;
                digest: string;
            }[];
        };
        JoinState: {
            /** @enum {string} */
            state: "stored" | "storing";
        };
        JoinedParts: {
            parts: string[];
        };
        SavedDataset: {
            digest: string;
            items: number;
        };
        NewDataset: {
            name: string;
            items: {
                key: string;
                digest: string;
                bytes: number;
                mediaType: string;
                labels: {
                    [key: string]: string;
                };
                provenance: {
                    [key: string]: string;
                };
            }[];
        };
        DatasetState: {
            items: number;
            missing: string[];
            corrupted: string[];
            next: number | null;
        };
        Approvals: {
            approvals: components["schemas"]["Approval"][];
        };
        CheckedApproval: {
            id: string;
            release: string;
            environment: string;
            model: string;
            version: number;
            bundle: string;
            champion: string | null;
            /** @enum {string} */
            state: "open" | "approving" | "approved" | "rejected" | "overtaken";
            askedBy: string;
            askedAt: string;
            reason: string | null;
            decidedBy: string | null;
            decidedAt: string | null;
            decision: string | null;
            checks: {
                /** @enum {string} */
                check: "declared" | "up" | "same_bundle" | "same_champion" | "asker";
                passed: boolean;
                said: string;
            }[];
            /** @description of the version that would serve, and of the one that does */
            metrics: {
                [key: string]: {
                    release: number | null;
                    champion: number | null;
                };
            };
            settings: components["schemas"]["ReleaseSettings"] & (Record<string, never> | null);
        };
        ApprovalGiven: {
            reason?: string;
        };
        ApprovalRefused: {
            reason: string;
        };
        Me: {
            name: string;
            /** @enum {string} */
            role: "viewer" | "data-scientist" | "operator" | "auditor";
            /** @description by the operators' shared token, which anybody may have */
            shared: boolean;
            /** @description of the token that was shown */
            tokenExpiresAt: string | null;
            /** @description whether the operators' shared token still counts */
            sharedTokenOn: boolean;
        };
        PasswordChange: {
            /** @description needed where there is one */
            current?: string;
            /** @description to sign in to the console with; never shown again */
            password: string;
        };
        Tokens: {
            tokens: components["schemas"]["UserToken"][];
        };
        UserToken: {
            id: string;
            user: string;
            name: string;
            createdAt: string;
            createdBy: string;
            expiresAt: string;
            lastUsedAt: string | null;
            /** @enum {string} */
            state: "valid" | "expired" | "revoked";
        };
        CreatedToken: {
            id: string;
            user: string;
            name: string;
            createdAt: string;
            createdBy: string;
            expiresAt: string;
            lastUsedAt: string | null;
            /** @enum {string} */
            state: "valid" | "expired" | "revoked";
            /** @description the secret, shown this once */
            token: string;
        };
        NewToken: {
            /** @description whose; oneself unless given */
            user?: string;
            /** @description what it is for */
            name: string;
            /** @default 90 */
            days?: number;
        };
        Users: {
            users: components["schemas"]["User"][];
        };
        User: {
            name: string;
            /** @enum {string} */
            role: "viewer" | "data-scientist" | "operator" | "auditor";
            password: boolean;
            subject: string | null;
            createdAt: string;
            createdBy: string;
            lastSeenAt: string | null;
        };
        NewUser: {
            name: string;
            /** @enum {string} */
            role: "viewer" | "data-scientist" | "operator" | "auditor";
            /** @description to sign in to the console with; never shown again */
            password?: string;
            /** @description whom the organisation’s OpenID provider knows them as, who then signs in as this user */
            subject?: string;
        };
        UserChanges: {
            /** @enum {string} */
            role?: "viewer" | "data-scientist" | "operator" | "auditor";
            /** @description to sign in to the console with; never shown again */
            password?: string;
            /** @description whom the organisation’s OpenID provider knows them as, who then signs in as this user */
            subject?: string | null;
        };
        SharedTokenSwitch: {
            on: boolean;
        };
        AuditEntries: {
            entries: components["schemas"]["AuditEntry"][];
            total: number;
        };
        AuditEntry: {
            by: string;
            role: string | null;
            action: string;
            target: string | null;
            /** @enum {string} */
            outcome: "asked" | "done" | "refused";
            reason: string | null;
            network: string | null;
            request: string | null;
            position: number;
            at: string;
            previous: string | null;
            digest: string;
        };
        AuditVerdict: {
            intact: boolean;
            entries: number;
            /** @description to be noted elsewhere, and compared with later */
            head: {
                position: number;
                digest: string | null;
            };
            faults: {
                position: number;
                /** @enum {string} */
                fault: "changed" | "missing" | "out_of_order" | "cut_off" | "differs" | "seal_broken" | "unsealed";
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
