export { type Announcement, announce } from "./announce.ts";
export { type BrowseListener, type Browsing, browse } from "./browse.ts";
export { MdnsLink, type MdnsOptions, openMdns } from "./mdns-link.ts";
export { type FoundService, type ServiceOffer, TYPE_BRIDGE, TYPE_HTTP, TYPE_RTPS } from "./service.ts";
