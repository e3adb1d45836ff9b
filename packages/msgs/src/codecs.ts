import type { Codec, CodecSource } from "./code.ts";
import { compileDecoder } from "./compile-decoder.ts";
import { compileEncoder } from "./compile-encoder.ts";
import type { MessageDescriptor } from "./descriptor.ts";

/** Codecs of a set of descriptors, each made when it is first used. */
export class Codecs implements CodecSource {
  readonly #codecs = new Map<MessageDescriptor, Codec>();

  of(descriptor: MessageDescriptor): Codec {
    let codec = this.#codecs.get(descriptor);
    if (codec === undefined) {
      codec = lazyCodec(descriptor, this);
      this.#codecs.set(descriptor, codec);
    }
    return codec;
  }
}

function lazyCodec(descriptor: MessageDescriptor, codecs: Codecs): Codec {
  const codec: Codec = {
    decode(...args) {
      codec.decode = compileDecoder(descriptor, codecs);
      return codec.decode(...args);
    },
    encode(...args) {
      codec.encode = compileEncoder(descriptor, codecs);
      return codec.encode(...args);
    },
  };
  return codec;
}
