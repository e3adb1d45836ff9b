import { delos } from "@delos/msgs";
import { type Service, service, type Topic, topic } from "./topic.ts";

export interface ParameterServices {
  readonly list: Service<delos.ListParametersRequest, delos.ListParametersResponse>;
  readonly get: Service<delos.GetParametersRequest, delos.GetParametersResponse>;
  readonly set: Service<delos.SetParametersRequest, delos.SetParametersResponse>;
}

/** The services by which a node's parameters are read and set from elsewhere. */
export function parameterServices(node: string): ParameterServices {
  return {
    list: service(`${node}/parameters/list`, delos.ListParametersRequest, delos.ListParametersResponse),
    get: service(`${node}/parameters/get`, delos.GetParametersRequest, delos.GetParametersResponse),
    set: service(`${node}/parameters/set`, delos.SetParametersRequest, delos.SetParametersResponse),
  };
}

/** Every change of every node's parameters. */
export const parameterEvents: Topic<delos.ParameterEvent> = topic("/delos/parameter_events", delos.ParameterEvent, {
  depth: 1000,
});
