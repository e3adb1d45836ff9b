import type { Clock } from "@delos/core";
import { DelosError, describeError } from "@delos/core";
import { Allowance } from "./allowance.ts";
import type { AuditEntry, AuditLog } from "./audit.ts";
import type { Gate } from "./gate.ts";
import type { Means, Permission, Role, Visitor } from "./role.ts";

export interface PeerLimits {
  /** Messages a second that are read, on average and at once. */
  readonly perS: number;
  readonly atOnce: number;
}

/** Somebody on a WebSocket: who they are, what they may do, how much they may ask, and what they have asked. */
export class Peer {
  /** 1, 2, 3 … in a run of the server. */
  readonly number: number;
  readonly protocol: string;
  readonly visitor: Visitor;
  readonly #gate: Gate;
  readonly #audit: AuditLog;
  readonly #allowance: Allowance;

  constructor(
    number: number,
    protocol: string,
    visitor: Visitor,
    world: { readonly gate: Gate; readonly audit: AuditLog; readonly clock: Clock; readonly limits: PeerLimits },
  ) {
    this.number = number;
    this.protocol = protocol;
    this.visitor = visitor;
    this.#gate = world.gate;
    this.#audit = world.audit;
    this.#allowance = new Allowance(world.clock, world.limits.perS, world.limits.atOnce);
  }

  get role(): Role {
    return this.visitor.role;
  }

  get means(): Means {
    return this.visitor.means;
  }

  may(permission: Permission): boolean {
    return this.#gate.may(this.visitor, permission);
  }

  /** Call for each message read. False: too many, leave this one out. */
  spend(): boolean {
    return this.#allowance.take();
  }

  /**
   * Does `work` for a peer that may, and writes down what came of it, whatever that is.
   * @throws {DelosError} `BRIDGE_NOT_ALLOWED`, or what `work` throws
   */
  async perform<T>(
    permission: Permission,
    action: string,
    details: Readonly<Record<string, unknown>>,
    work: () => T | Promise<T>,
  ): Promise<T> {
    if (!this.may(permission)) {
      const error = new DelosError("BRIDGE_NOT_ALLOWED", `${action} needs the role of an operator: log in`);
      this.record({ action, details, outcome: "refused", code: error.code });
      throw error;
    }
    try {
      const result = await work();
      this.record({ action, details, outcome: "done" });
      return result;
    } catch (error) {
      const code = error instanceof DelosError ? error.code : "BRIDGE_COMMAND_FAILED";
      this.record({ action, details, outcome: "failed", code, text: describeError(error) });
      throw error;
    }
  }

  /** A line of the audit log about this peer. */
  record(entry: AuditEntry): void {
    const { role, means, address } = this.visitor;
    this.#audit.write({ role, means, address, protocol: this.protocol, connection: this.number, ...entry });
  }
}
