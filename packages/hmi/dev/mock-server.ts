import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type WebSocket, WebSocketServer } from "ws";
import { Command, Frame, NoticeLevel, PlaybackState } from "../src/protocol/bridge.ts";
import { DURATION_S, densityFrame, mapFrame, rawFrame, START_S, topicsFrame, worldFrame } from "./demo-drive.ts";

const DIST = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** As strict as the real server's. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface MockServer extends AsyncDisposable {
  readonly url: string;
  /** Everything pages have asked for, oldest first. */
  readonly commands: Command[];
  /** Recorded time of the drive, seconds from its beginning. */
  readonly timeS: number;
  readonly playing: boolean;
  readonly connections: number;
  /** Sends the frame to every page. */
  send(frame: Partial<Frame>): void;
  sendBytes(bytes: Uint8Array): void;
  /** Puts the drive to a moment and shows it, as a seek does. */
  show(timeS: number): void;
  play(playing: boolean): void;
  /** Breaks every connection, as a server that dies. */
  drop(): void;
}

export interface MockOptions {
  readonly port?: number;
  readonly paused?: boolean;
  /** As a bridge without a recording: nothing to be led. */
  readonly live?: boolean;
  readonly startS?: number;
  readonly frameRateHz?: number;
  /** A road under the drive. */
  readonly map?: boolean;
}

/** The built page and a drive that obeys its commands, without any other part of Delos. */
export async function startMockServer(options: MockOptions = {}): Promise<MockServer> {
  const http = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://page").pathname));
    if (path === "/session") {
      response.writeHead(200, { "content-type": "application/json" }).end("{}"); // nobody needs to log in here
      return;
    }
    const file = join(DIST, path === "/" ? "index.html" : path);
    if (!file.startsWith(DIST) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const packed = existsSync(`${file}.gz`) && String(request.headers["accept-encoding"]).includes("gzip");
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": CONTENT_SECURITY_POLICY,
      ...(packed ? { "content-encoding": "gzip" } : {}),
    });
    response.end(readFileSync(packed ? `${file}.gz` : file));
  });
  const sockets = new WebSocketServer({ server: http, path: "/ws" });
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;

  const commands: Command[] = [];
  let timeS = options.startS ?? 0;
  let sentS = timeS;
  let playing = options.paused !== true;
  let rate = 1;
  let loop = true;
  let pass = 0;
  let tick = 0;
  let inspected = "";
  let framesSent = 0;

  const send = (frame: Partial<Frame>, to: Iterable<WebSocket> = sockets.clients): void => {
    const bytes = Frame.encode(frame);
    for (const socket of to) socket.send(bytes);
    framesSent++;
  };
  const playback = (): Partial<Frame> => ({
    playback: {
      state: options.live === true ? PlaybackState.none : playing ? PlaybackState.playing : PlaybackState.paused,
      start_s: START_S,
      end_s: START_S + DURATION_S,
      position_s: START_S + timeS,
      rate,
      loop,
      published: Math.floor(timeS * 412),
      late: 0,
      max_lateness_ms: 0,
      pass,
      loop_range: undefined,
    },
  });
  const showNow = (withTrajectory = true): void => {
    send({
      ...playback(),
      ...worldFrame(timeS, sentS, withTrajectory),
      ...(inspected === "" ? {} : rawFrame(inspected, timeS)),
    });
    sentS = timeS;
  };
  const jump = (to: number): void => {
    if (to < timeS) pass++;
    timeS = Math.min(DURATION_S, Math.max(0, to));
    sentS = Math.max(0, timeS - 30);
    showNow();
  };

  const obey = (command: Command): void => {
    commands.push(command);
    if (command.play !== undefined) playing = command.play;
    if (command.rate !== undefined) rate = command.rate;
    if (command.loop !== undefined) loop = command.loop;
    if (command.inspect !== undefined) inspected = command.inspect;
    if (command.seek_s !== undefined) jump(command.seek_s - START_S);
    if (command.restart === true) jump(0);
    if (command.step !== undefined) {
      playing = false;
      jump(timeS + command.step / 100);
    }
    send(playback());
  };

  sockets.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      const given = Object.entries(Command.decode(data)).filter(([, value]) => value !== undefined);
      obey(Object.fromEntries(given) as Command);
    });
    send(
      {
        hello: { server: "mock", title: "demo drive", can_control: options.live !== true, role: 0, can_open: false },
        ...playback(),
      },
      [socket],
    );
    send({ ...densityFrame(), ...topicsFrame(timeS), ...(options.map === true ? mapFrame() : {}) }, [socket]);
    send(
      {
        notices: [
          { level: NoticeLevel.info, time_s: START_S + 0.8, source: "planning", text: "trajectory ready, engaging" },
          {
            level: NoticeLevel.warn,
            time_s: START_S + 3.1,
            source: "gnss",
            text: "position type fell back from INS_RTKFIXED to INS_RTKFLOAT",
          },
        ],
      },
      [socket],
    );
    send(worldFrame(timeS, Math.max(0, timeS - 30), true), [socket]);
  });

  const frameRateHz = options.frameRateHz ?? 60;
  const timer = setInterval(() => {
    tick++;
    if (tick % frameRateHz === 0) {
      send({
        ...topicsFrame(timeS),
        counters: { frames_sent: framesSent, frames_dropped: 0, bus_received: 0, bus_lost: 0 },
        ...playback(),
      });
    }
    if (!playing) return;
    timeS += Math.min(rate, 1000) / frameRateHz;
    if (timeS >= DURATION_S) {
      if (!loop) playing = false;
      timeS = loop ? 0 : DURATION_S;
      sentS = timeS;
      if (loop) pass++;
    }
    showNow(tick % 6 === 0);
  }, 1000 / frameRateHz);

  return {
    url: `http://127.0.0.1:${port}/`,
    commands,
    get timeS() {
      return timeS;
    },
    get playing() {
      return playing;
    },
    get connections() {
      return sockets.clients.size;
    },
    send,
    sendBytes: (bytes) => {
      for (const socket of sockets.clients) socket.send(bytes);
    },
    show: jump,
    play: (on) => {
      playing = on;
      send(playback());
    },
    drop: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
