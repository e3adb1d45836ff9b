import { effect, signal } from "@preact/signals";
import { busShown } from "./bus/bus-host.tsx";
import { Connection } from "./connection/connection.ts";
import { MediaState } from "./media/media-state.ts";
import { actionOf, belongsTo, isEstop, type KeyAction } from "./panels/keys/keyboard.ts";
import { Dreamview } from "./panels/scene/dreamview.ts";
import { changedRate } from "./panels/transport/rates.ts";
import { DrivingAction, type HandInput, ModuleVerb, NoticeLevel, type QuickAction } from "./protocol/bridge.ts";
import { CAMERA_MODES, type CameraMode } from "./scene/camera-rig.ts";
import type { View } from "./scene/view.ts";
import { PageState } from "./state/page.ts";
import { language, words } from "./text/words.ts";

const JUMP_S = 5;
const RATE_MOST = 10;

/** The page as a whole: its state, its connection, and what keys and buttons do. */
export class App {
  readonly state: PageState;
  readonly theme = signal<"dark" | "light">(storedTheme());
  readonly camera = signal<CameraMode>("chase");
  readonly keysShown = signal(false);
  readonly filter = signal("");
  readonly connection: Connection;
  readonly dreamview = new Dreamview();
  readonly media: MediaState;
  /** Where an A-B loop is to begin, before its end is known. */
  readonly loopFromS = signal<number | undefined>(undefined);
  view: View | undefined;
  focusFilter: (() => void) | undefined;

  constructor() {
    this.state = new PageState((command) => this.connection.send(command));
    this.media = new MediaState(this);
    this.connection = new Connection({
      open: () => new WebSocket(socketAddress(document.baseURI)),
      now: () => performance.now(),
      onFrame: (frame) => this.state.frame(frame, performance.now()),
      onState: (state) => {
        this.state.connectionChanged(state);
        if (state.kind === "open") {
          this.#tellVisible();
          this.connection.send({ clouds: this.dreamview.layers.value.cloud });
        }
        if (state.kind === "lost") void this.#logInIfNeeded();
      },
      onMalformed: (error) => this.state.note(NoticeLevel.error, "page", `unreadable frame: ${error.message}`),
    });
    document.documentElement.lang = language;
    effect(() => {
      document.documentElement.dataset["theme"] = this.theme.value;
      localStorage.setItem("delos.theme", this.theme.value);
    });
    document.addEventListener("visibilitychange", () => this.#tellVisible());
    addEventListener("online", () => this.connection.retryNow());
    addEventListener("keydown", (event) => this.#keyPressed(event));
    setInterval(() => this.state.checkStaleness(performance.now()), 250);
  }

  playPause(): void {
    if (this.state.canControl) this.state.command({ play: !this.state.playing });
  }

  step(messages: number): void {
    if (this.state.canControl) this.state.command({ step: messages });
  }

  seek(timeS: number): void {
    const playback = this.state.playback.value;
    if (!this.state.canControl || playback === undefined) return;
    this.state.command({ seek_s: Math.min(playback.end_s, Math.max(playback.start_s, timeS)) });
  }

  setRate(rate: number): void {
    if (this.state.canControl) this.state.command({ rate });
  }

  toggleLoop(): void {
    if (this.state.canControl) this.state.command({ loop: !this.state.playback.value?.loop });
  }

  loopFrom(): void {
    if (!this.state.canControl) return;
    this.endLoopRange();
    this.loopFromS.value = this.state.playback.value?.position_s;
  }

  loopTo(): void {
    const from_s = this.loopFromS.value;
    const to_s = this.state.playback.value?.position_s;
    if (!this.state.canControl || from_s === undefined || to_s === undefined || to_s <= from_s) return;
    this.state.command({ loop_range: { from_s, to_s } });
    this.loopFromS.value = undefined;
  }

  endLoopRange(): void {
    this.loopFromS.value = undefined;
    if (this.state.canControl && this.state.playback.value?.loop_range !== undefined)
      this.state.command({ loop_range: { from_s: 0, to_s: 0 } });
  }

  restart(): void {
    if (this.state.canControl) this.state.command({ restart: true });
  }

  engage(): void {
    this.#drive("engage", DrivingAction.engage);
  }

  disengage(): void {
    this.#drive("disengage", DrivingAction.disengage);
  }

  /** Never waits for anything, and may be asked for while everything else is under way. */
  estop(): void {
    if (!this.state.isOperator) this.state.note(NoticeLevel.error, "estop", words.operate.viewerOnly);
    else this.#drive("estop", DrivingAction.estop);
  }

  resetStop(): void {
    this.#drive("reset-stop", DrivingAction.reset);
  }

  quick(name: string, quick: (typeof QuickAction)[keyof typeof QuickAction]): void {
    void this.state.ask(name, { quick });
  }

  toggleModule(name: string, run: boolean): void {
    const verb = run ? ModuleVerb.start : ModuleVerb.stop;
    void this.state.ask(`module-${name}`, { module: { name, verb } });
  }

  restartModule(name: string): void {
    void this.state.ask(`module-${name}`, { module: { name, verb: ModuleVerb.restart } });
  }

  checkHardware(name: string): void {
    void this.state.ask(`hardware-${name}`, { check_hardware: name });
  }

  select(kind: string, chosen: string): void {
    void this.state.ask(`select-${kind}`, { select: { kind, chosen, choices: [] } });
  }

  runTool(name: string, run: boolean): void {
    void this.state.ask(`tool-${name}`, { tool: { name, run } });
  }

  useHands(hands: HandInput): void {
    void this.state.ask("hands", { hands });
  }

  #drive(name: string, driving: number): void {
    void this.state.ask(name, { driving });
  }

  /** The socket does not say why it was refused; a plain request does. */
  async #logInIfNeeded(): Promise<void> {
    try {
      const { status } = await fetch(new URL("session", document.baseURI), { cache: "no-store" });
      if (status === 401) location.assign(new URL("login", document.baseURI));
    } catch {
      // The server is away: the connection tries again by itself.
    }
  }

  toggleTheme(): void {
    this.theme.value = this.theme.value === "dark" ? "light" : "dark";
  }

  chooseCamera(mode: CameraMode): void {
    this.view?.choose(mode);
    this.camera.value = mode;
  }

  #keyPressed(event: KeyboardEvent): void {
    if (this.state.hasCar && isEstop(event, document.activeElement)) {
      event.preventDefault();
      if (!event.repeat) this.estop();
      return;
    }
    if (belongsTo(document.activeElement, event.key)) return;
    const action = actionOf(event);
    if (action === undefined) return;
    event.preventDefault();
    this.act(action);
  }

  act(action: KeyAction): void {
    const playback = this.state.playback.value;
    switch (action.kind) {
      case "play-pause":
        this.playPause();
        break;
      case "step":
        this.step(action.direction);
        break;
      case "jump":
        if (playback !== undefined) this.seek(playback.position_s + action.direction * JUMP_S);
        break;
      case "rate":
        this.setRate(Math.min(RATE_MOST, changedRate(playback?.rate ?? 1, action.factor)));
        break;
      case "loop":
        this.toggleLoop();
        break;
      case "restart":
        this.restart();
        break;
      case "next-camera":
        this.chooseCamera(CAMERA_MODES[(CAMERA_MODES.indexOf(this.camera.value) + 1) % CAMERA_MODES.length]!);
        break;
      case "camera":
        this.chooseCamera(CAMERA_MODES[action.index]!);
        break;
      case "zoom":
        this.view?.zoom(action.factor);
        break;
      case "theme":
        this.toggleTheme();
        break;
      case "help":
        this.keysShown.value = !this.keysShown.value;
        break;
      case "filter":
        this.focusFilter?.();
        break;
      case "escape":
        this.#escape();
        break;
    }
  }

  #escape(): void {
    if (this.media.close() || this.dreamview.close()) return;
    // Out of a field first: nobody loses a form by one key.
    const typing = document.activeElement?.matches("input, textarea, select") === true;
    if (this.keysShown.value) this.keysShown.value = false;
    else if (busShown.value && !typing) busShown.value = false;
    else if (this.state.inspected.value !== "") this.state.inspect("");
    else (document.activeElement as HTMLElement | null)?.blur();
  }

  /** A hidden page draws nothing; the server need not send. */
  #tellVisible(): void {
    this.connection.send({ visible: document.visibilityState !== "hidden" });
  }
}

/** The WebSocket beside the page: same host, same port, path `ws`. */
function socketAddress(base: string): string {
  const address = new URL("ws", base);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}

function storedTheme(): "dark" | "light" {
  const stored = localStorage.getItem("delos.theme");
  if (stored === "dark" || stored === "light") return stored;
  return "dark";
}
