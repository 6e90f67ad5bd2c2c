import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { skill } from './support/world.js';

const documents = parseAllDocuments(readFileSync(join(skill, 'replicas/kubernetes.yaml'), 'utf8')).map(
  (document) => z.looseObject({ kind: z.string(), apiVersion: z.string() }).parse(document.toJS()),
);
/** Throws what the schema of the API has against it. */
const checks: Readonly<Record<string, (given: unknown) => void>> = {
  StatefulSet: (given) => new StatefulSet(JSON.parse(JSON.stringify(given))).validate(),
  Service: (given) => new Service(JSON.parse(JSON.stringify(given))).validate(),
  PodDisruptionBudget: (given) => new PodDisruptionBudget(JSON.parse(JSON.stringify(given))).validate(),
  NetworkPolicy: (given) => new NetworkPolicy(JSON.parse(JSON.stringify(given))).validate(),
};

describe('the Kubernetes manifest', () => {
  it('has replicas, a service, a disruption budget and a network policy, each as its schema wants it', () => {
    expect(documents.map(({ kind }) => kind)).toEqual(Object.keys(checks));
    for (const document of documents) checks[document.kind]?.(document);
  });

  it('is checked by a schema that knows what is wrong', () => {
    const [set] = documents;
    expect(() => checks.StatefulSet?.({ ...set, spec: { replicas: 'two' } })).toThrow();
  });

  it('confines its Pods, asks them the right questions, and gives them time to end', () => {
    const text = JSON.stringify(documents[0]);
    for (const part of [
      '"readOnlyRootFilesystem":true',
      '"runAsNonRoot":true',
      '"allowPrivilegeEscalation":false',
      '"drop":["ALL"]',
      '"limits":{"cpu":"1","memory":"512Mi"}',
      '"livenessProbe":{"httpGet":{"path":"/health"',
      '"readinessProbe":{"httpGet":{"path":"/ready"',
      '"terminationGracePeriodSeconds":45',
      '{"name":"AUTOTASK_HTTP_DRAIN_SECONDS","value":"10"}',
    ])
      expect(text).toContain(part);
  });
});
