import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedBundle } from '@visavox/recognition/bundle';
import { Recogniser } from '@visavox/recognition/recogniser';
import { decodeAudio, join as joinAudio } from '@visavox/recognition/signals/audio';
import { throughCameraAtSize } from '@visavox/recognition/augmentation/camera';
import { throughChannel } from '@visavox/recognition/augmentation/voice-channel';
import { cameraOf, channelOf, CONDITIONS } from '@visavox/recognition/augmentation/copies';
import { Random } from '@visavox/recognition/synthetic/random';
const what = process.argv[2]; const i16 = (w: Float32Array) => new Uint8Array(Int16Array.from(w, (x) => x * 32767).buffer);
const { manifest, files } = await publishedBundle('.visavox/setup/networks');
const r = await Recogniser.load(manifest, files);
const raws: Uint8Array[] = []; const rows: any[] = []; const feats: Float32Array[] = [];
const put = (person: string, sample: string, condition: string, f: Float32Array) => { rows.push({ person, sample, condition }); feats.push(f); };
// independent "scenario" shifts with a fixed different distribution
if (what === 'voice') {
  const root = '/work/shared/data/voices/audiomnist_az';
  for (const sp of (await readdir(root)).sort()) {
    const all = (await readdir(join(root, sp))).sort();
    const rnd = new Random('x', sp);
    let rest = rnd.shuffle(all);
    for (let u = 0; u < 10; u++) {
      const chosen: string[] = [];
      for (const f of rest) if (!chosen.some((c) => c[1] === f[1])) { chosen.push(f); if (chosen.length === 4) break; }
      if (chosen.length < 4) break;
      rest = rest.filter((f) => !chosen.includes(f));
      const w = joinAudio(await Promise.all(chosen.map(async (f) => decodeAudio(await readFile(join(root, sp, f))))));
      const sample = `${sp}-${u}`;
      try {
        const c = await r.signals.captureWaveform(w);
        put(sp, sample, 'clear', await r.voiceFeatures(c)); raws.push(i16(c.waveform));
        for (const condition of CONDITIONS.voice) { const { channel, random } = channelOf(sample, condition);
          const w2 = throughChannel(c.waveform, channel, random); put(sp, sample, condition, await r.voiceFeatures({ ...c, waveform: w2 })); raws.push(i16(w2)); }
        const q = new Random('scenario', sample);
        const shifted = throughChannel(w, { line: { low: 300, high: 3400, codec: q.next() < 0.7 ? 'mu-law' : 'adaptive' }, noise: { snrDb: q.between(18, 30), colour: 0.9 } }, q);
        const sc = await r.signals.captureWaveform(shifted); put(sp, sample, 'scenario', await r.voiceFeatures(sc)); raws.push(i16(sc.waveform));
      } catch (e: any) { console.error(sample, e.code ?? e); }
    }
  }
  // other languages
  for (const lang of [] as string[]) { const root = `/work/shared/data/voices/${lang}`;
    for (const sp of (await readdir(root)).sort()) for (const f of (await readdir(join(root, sp))).sort().slice(0, 24)) {
      try { const c = await r.signals.captureVoice(new Uint8Array(await readFile(join(root, sp, f)))); put(`${lang}/${sp}`, f, lang, await r.voiceFeatures(c)); } catch (e: any) { console.error(f, e.code ?? e); } } }
} else {
  const root = '/work/shared/data/faces/lfw';
  const people = (await readdir(root)).sort();
  const chosen: string[] = [];
  for (const p of people) { const n = (await readdir(join(root, p))).length; if (n >= 5) chosen.push(p); }
  chosen.splice(0, chosen.length, ...new Random('c').shuffle(chosen).slice(0, 170));
  console.error(chosen.length, 'people');
  const sharp = (await import('sharp')).default;
  for (const p of chosen) for (const f of (await readdir(join(root, p))).sort().slice(0, 6)) {
    const sample = `${p}-${f}`;
    try {
      const bytes = new Uint8Array(await readFile(join(root, p, f)));
      const c = await r.signals.captureFace(bytes);
      const crops = [c.crop];
      const names = ['clear'];
      for (const condition of CONDITIONS.face) { const { camera, random } = cameraOf(sample, condition);
        crops.push(await throughCameraAtSize({ width: 150, height: 150, data: c.crop }, camera, random)); names.push(condition); }
      const q = new Random('scenario', sample);
      const raw = await sharp(bytes).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
      const { throughCamera } = await import('@visavox/recognition/augmentation/camera');
      const dim = await throughCamera({ width: raw.info.width, height: raw.info.height, data: raw.data }, { resolution: 0.5, light: 0.2, noise: 5, grey: true, quality: 70 }, q);
      const jpeg = new Uint8Array(await sharp(dim.data, { raw: { width: dim.width, height: dim.height, channels: 3 } }).jpeg({ quality: 80 }).toBuffer());
      try { crops.push((await r.signals.captureFace(jpeg)).crop); names.push('scenario'); } catch (e: any) { console.error('FTA', sample, e.code ?? e); }
      const fs = await r.faceFeatures(crops.map((crop) => ({ ...c, crop })));
      fs.forEach((f2, i) => { put(p, sample, names[i]!, f2); raws.push(crops[i]!); });
    } catch (e: any) { console.error(sample, e.code ?? e); }
  }
}
const d = feats[0]!.length; const out = new Float32Array(feats.length * d); feats.forEach((f, i) => out.set(f, i * d));
await writeFile(`/tmp/w/training/${what}2.bin`, Buffer.from(out.buffer)); await writeFile(`/tmp/w/training/${what}2.json`, JSON.stringify({ dimension: d, rows }));
await writeFile(`/tmp/w/training/${what}2.raw`, Buffer.concat(raws)); await writeFile(`/tmp/w/training/${what}2.len`, JSON.stringify(raws.map((x) => x.length)));
await r.close();
