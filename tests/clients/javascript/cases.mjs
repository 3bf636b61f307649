// SPDX-License-Identifier: Apache-2.0
// What the JavaScript client does with the API. usage: node cases.mjs NAME, with KUBECONFIG set; each case_NAME is one case.
import assert from 'node:assert/strict';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const custom = config.makeApiClient(k8s.CustomObjectsApi);
const core = config.makeApiClient(k8s.CoreV1Api);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);

const of = { group: 'devices.kubeedge.io', version: 'v1beta1', namespace: 'default', plural: 'devices' };
const path = '/apis/devices.kubeedge.io/v1beta1/namespaces/default/devices';
const device = (name, nodeName = 'edge-1') => ({
  apiVersion: 'devices.kubeedge.io/v1beta1', kind: 'Device', metadata: { name, namespace: 'default' }, spec: { nodeName },
});
const create = (name, node) => custom.createNamespacedCustomObject({ ...of, body: device(name, node) });
const withType = (type) => k8s.setHeaderOptions('Content-Type', type);

async function until(condition, what) {
  for (const end = Date.now() + 60000; !condition();) {
    assert(Date.now() < end, `${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const cases = {
  async case_list() {
    for (let i = 0; i < 12; ++i) await create(`lamp-${i}`);
    const page = await custom.listNamespacedCustomObject({ ...of, limit: 5 });
    assert.equal(page.items.length, 5);
    assert.equal(page.metadata.remainingItemCount, 7);
    const rest = await custom.listNamespacedCustomObject({ ...of, _continue: page.metadata._continue ?? page.metadata.continue });
    assert.equal(rest.items.length, 7);
    assert((await core.listNamespace()).items.some((item) => item.metadata.name === 'default'));
  },
  async case_informer() {
    const seen = [];
    const list = () => custom.listNamespacedCustomObject(of);
    const informer = k8s.makeInformer(config, path, list);
    for (const verb of ['add', 'update', 'delete'])
      informer.on(verb, (object) => seen.push(`${verb} ${object.metadata.name} ${object.spec.nodeName}`));
    await create('there');
    await informer.start();
    await create('lamp');
    await until(() => seen.includes('add lamp edge-1'), 'the new lamp');
    await custom.patchNamespacedCustomObject({ ...of, name: 'lamp', body: { spec: { nodeName: 'edge-2' } } },
      withType(k8s.PatchStrategy.MergePatch));
    await until(() => seen.includes('update lamp edge-2'), 'the change');
    await custom.deleteNamespacedCustomObject({ ...of, name: 'lamp' });
    await until(() => seen.includes('delete lamp edge-2'), 'the deletion');
    assert(seen.includes('add there edge-1'));
    await informer.stop();
  },
  async case_patch() {
    await create('lamp');
    const patched = await custom.patchNamespacedCustomObject(
      { ...of, name: 'lamp', body: [{ op: 'replace', path: '/spec/nodeName', value: 'edge-2' }] },
      withType(k8s.PatchStrategy.JsonPatch));
    assert.equal(patched.spec.nodeName, 'edge-2');
    await assert.rejects(custom.patchNamespacedCustomObject(
      { ...of, name: 'lamp', body: { metadata: { resourceVersion: '1' } } }, withType(k8s.PatchStrategy.MergePatch)),
    { code: 409 });
    const space = await core.patchNamespace({ name: 'default', body: { metadata: { labels: { a: 'b' } } } },
      withType(k8s.PatchStrategy.StrategicMergePatch));
    assert.equal(space.metadata.labels.a, 'b');
  },
  async case_apply() {
    const apply = (manager, node, force) => custom.patchNamespacedCustomObject(
      { ...of, name: 'lamp', fieldManager: manager, force, body: device('lamp', node) },
      withType(k8s.PatchStrategy.ServerSideApply));
    const first = await apply('one', 'edge-1');
    assert.equal(first.metadata.managedFields[0].manager, 'one');
    await assert.rejects(apply('two', 'edge-2'), (error) => {
      assert.equal(error.code, 409);
      return String(error.body).includes('conflict with \\"one\\": .spec.nodeName');
    });
    assert.equal((await apply('two', 'edge-2', true)).spec.nodeName, 'edge-2');
  },
  async case_object_api() {
    await objects.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { a: '1' } });
    const key = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' } };
    assert.deepEqual((await objects.read(key)).data, { a: '1' });
    const patched = await objects.patch({ ...key, data: { b: '2' } }, undefined, undefined, undefined, undefined,
      k8s.PatchStrategy.MergePatch);
    assert.deepEqual(patched.data, { a: '1', b: '2' });
    assert.equal((await objects.list('v1', 'ConfigMap', 'default')).items.length, 1);
    await objects.delete(key);
    await assert.rejects(objects.read(key), { code: 404 });
  },
  async case_errors() {
    await create('lamp');
    await assert.rejects(create('lamp'), { code: 409 });
    await assert.rejects(custom.getNamespacedCustomObject({ ...of, name: 'nothing' }), { code: 404 });
    await assert.rejects(create('bad', 7), { code: 422 });
  },
};

await cases[`case_${process.argv[2]}`]();
process.exit(0);
