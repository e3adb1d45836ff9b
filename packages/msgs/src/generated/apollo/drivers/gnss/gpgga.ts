// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message } from "../../../../builtin.ts";
import type { MessageType } from "../../../../message-type.ts";

export interface GPGGA {
  readonly gpgga: string;
}
export const GPGGA: MessageType<GPGGA> = $message<GPGGA>("apollo.drivers.gnss.gpgga.GPGGA");
