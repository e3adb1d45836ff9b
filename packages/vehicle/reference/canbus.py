"""
Independent reference of the Lincoln MKZ's CAN layout and of the vehicle controller's commands, written from their
description alone (Apollo 1.0, modules/canbus): another language, and no code shared with what it checks.

Prints one JSON array of cases {"name", "command", "input": [...], "output": [...]} for a seed:

    python3 canbus.py 7
"""
import json
import math
import random
import struct
import sys

MAX_ANGLE, MAX_RATE, MIN_RATE = 470.0, 500.0, 100.0  # canbus_conf.pb.txt
PEDAL_UNIT = 1.52590218966964e-05


def float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def clamp(value, low, high):
    return low if value < low else high if value > high else value


# ---------------------------------------------------------------------------------------------- commands to frames


class Controller:
    """What the five sent frames carry after a sequence of ControlCommands; the by-wire units always answer."""

    def __init__(self):
        self.mode = "AUTO"
        self.reset()
        self.enabled = True

    def reset(self):
        self.enabled, self.brake, self.throttle, self.angle, self.rate, self.gear, self.turn = False, 0.0, 0.0, 0.0, 0.0, 0, 0

    def update(self, command):
        action = command.get("pad_msg", {}).get("action")
        if action == "START" and self.mode == "MANUAL":
            self.mode, self.enabled = "AUTO", True
        elif action in ("STOP", "RESET") and self.mode == "AUTO":
            self.mode = "MANUAL"
            self.reset()
        if self.mode != "AUTO":
            return
        gears = {"GEAR_NEUTRAL": 3, "GEAR_REVERSE": 2, "GEAR_DRIVE": 4, "GEAR_PARKING": 1, "GEAR_LOW": 5}
        self.gear = gears.get(command.get("gear_location", "GEAR_NEUTRAL"), 0)
        self.throttle = command.get("throttle", 0.0)
        self.brake = command.get("brake", 0.0)
        rate = command.get("steering_rate", 0.0)
        self.angle = MAX_ANGLE * command.get("steering_target", 0.0) / 100
        self.rate = clamp(MAX_RATE * rate / 100, MIN_RATE, MAX_RATE) if rate > 1.0 else 200.0
        if "signal" in command:
            self.turn = {"TURN_LEFT": 1, "TURN_RIGHT": 2}.get(command["signal"].get("turn_signal"), 0)

    def frames(self):
        on = int(self.enabled)
        pedal = lambda percent: int(clamp(percent / 100, 0.0, 1.0) / PEDAL_UNIT)
        boo = int(self.brake >= 1e-3)
        angle = int(clamp(self.angle, -470.0, 470.0) / 0.1)
        return [
            (0x60, struct.pack("<HBB4x", pedal(self.brake), boo, on)),
            (0x62, struct.pack("<HxB4x", pedal(self.throttle), on)),
            (0x64, struct.pack("<hBB4x", angle, on, int(clamp(self.rate, 0.0, 500.0) / 2))),
            (0x66, struct.pack("<B7x", self.gear)),
            (0x68, struct.pack("<B7x", self.turn)),
        ]


# ---------------------------------------------------------------------------------------------- frames to reports

NAMES = {
    "gear": ["GEAR_NONE", "GEAR_PARKING", "GEAR_REVERSE", "GEAR_NEUTRAL", "GEAR_DRIVE", "GEAR_LOW", "GEAR_INVALID", "GEAR_INVALID"],
    "beam": ["BEAM_NULL", "BEAM_FLASH_TO_PASS", "BEAM_HIGH", "BEAM_INVALID"],
    "wiper": "OFF AUTO_OFF OFF_MOVING MANUAL_OFF MANUAL_ON MANUAL_LOW MANUAL_HIGH MIST_FLICK WASH AUTO_LOW AUTO_HIGH "
    "COURTESY_WIPE AUTO_ADJUST RESERVED STALLED NO_DATA".split(),
    "ambient": "DARK LIGHT TWILIGHT TUNNEL_ON TUNNEL_OFF INVALID INVALID NO_DATA".split(),
    "hsa": "INACTIVE FINDING_GRADIENT ACTIVE_PRESSED ACTIVE_RELEASED FAST_RELEASE SLOW_RELEASE FAILED UNDEFINED".split(),
    "hsa_mode": "OFF AUTO MANUAL MODE_UNDEFINED".split(),
    "epb": "OFF TRANSITION ON FAULT".split(),
    "fix": ["FIX_NO", "FIX_2D", "FIX_3D"] + ["FIX_INVALID"] * 5,
}


class Frame:
    """Bits of 8 bytes: `bits(byte, bit, length)` counts from the least significant bit, little endian over bytes."""

    def __init__(self, data):
        self.value = int.from_bytes(data, "little")

    def bits(self, byte, bit, length):
        return self.value >> (8 * byte + bit) & ((1 << length) - 1)

    def signed(self, byte, length):
        raw = self.bits(byte, 0, length)
        return raw - (1 << length) if raw >> (length - 1) else raw

    def flag(self, byte, bit):
        return bool(self.bits(byte, bit, 1))

    def word(self, byte):
        return self.bits(byte, 0, 16)


class Detail:
    def __init__(self):
        self.value = {}

    def put(self, group, **fields):
        self.value.setdefault(group, {}).update(fields)

    def read(self, identifier, data, timestamp=None):
        f = Frame(data)
        percent = lambda byte: clamp(100 * (f.word(byte) * PEDAL_UNIT), 0.0, 100.0)
        if identifier == 0x61:
            self.put("brake", brake_input=percent(0), brake_cmd=percent(2), brake_output=percent(4), boo_input=f.flag(6, 0),
                     boo_cmd=f.flag(6, 1), boo_output=f.flag(6, 2), watchdog_applying_brakes=f.flag(6, 3),
                     watchdog_source=f.bits(6, 4, 4), brake_enabled=f.flag(7, 0), driver_override=f.flag(7, 1),
                     driver_activity=f.flag(7, 2), watchdog_fault=f.flag(7, 3), channel_1_fault=f.flag(7, 4),
                     channel_2_fault=f.flag(7, 5), boo_fault=f.flag(7, 6), connector_fault=f.flag(7, 7))
            self.put("check_response", is_esp_online=not f.flag(7, 1))
        elif identifier == 0x63:
            self.put("gas", throttle_input=percent(0), throttle_cmd=percent(2), throttle_output=percent(4),
                     watchdog_source=f.bits(6, 4, 4), throttle_enabled=f.flag(7, 0), driver_override=f.flag(7, 1),
                     driver_activity=f.flag(7, 2), watchdog_fault=f.flag(7, 3), channel_1_fault=f.flag(7, 4),
                     channel_2_fault=f.flag(7, 5), connector_fault=f.flag(7, 7))
            self.put("check_response", is_vcu_online=not f.flag(7, 1))
        elif identifier == 0x65:
            # 0x8000 itself is left positive.
            angle = lambda byte: (f.word(byte) - (0x10000 if f.word(byte) > 0x8000 else 0)) * 0.1
            speed = f.word(4) * 0.01 / 3.6
            self.put("eps", steering_angle=angle(0), steering_angle_cmd=angle(2), is_steering_angle_valid=True,
                     vehicle_speed=speed, epas_torque=f.signed(6, 8) * 0.0625, steering_enabled=f.flag(7, 0),
                     driver_override=f.flag(7, 1), driver_activity=f.flag(7, 2), watchdog_fault=f.flag(7, 3),
                     channel_1_fault=f.flag(7, 4), channel_2_fault=f.flag(7, 5), calibration_fault=f.flag(7, 6),
                     connector_fault=f.flag(7, 7))
            if timestamp is not None:
                self.put("eps", timestamp_65=timestamp)
            self.put("vehicle_spd", vehicle_spd=speed, is_vehicle_spd_valid=True)
            self.put("check_response", is_eps_online=not f.flag(7, 1))
        elif identifier == 0x67:
            self.put("gear", gear_state=NAMES["gear"][f.bits(0, 0, 3)], driver_override=f.flag(0, 3),
                     is_shift_position_valid=not f.flag(0, 3), gear_cmd=NAMES["gear"][f.bits(0, 4, 3)],
                     canbus_fault=f.flag(0, 7))
        elif identifier == 0x69:
            turn = f.bits(0, 0, 2)
            if turn < 3:
                self.put("light", turn_light_type=["TURN_LIGHT_OFF", "TURN_LEFT_ON", "TURN_RIGHT_ON"][turn])
            self.put("light", lincoln_lamp_type=NAMES["beam"][f.bits(0, 2, 2)],
                     lincoln_wiper="WIPER_" + NAMES["wiper"][f.bits(0, 4, 4)],
                     lincoln_ambient="AMBIENT_" + NAMES["ambient"][f.bits(1, 0, 3)])
            buttons = [(1, 3, "acc_on_button"), (1, 4, "acc_off_button"), (1, 5, "acc_res_button"), (1, 6, "acc_cancel_button"),
                       (2, 0, "acc_on_off_button"), (2, 1, "acc_res_cancel_button"), (2, 2, "acc_inc_spd_button"),
                       (2, 3, "acc_dec_spd_button"), (2, 4, "acc_inc_gap_button"), (2, 5, "acc_dec_gap_button"),
                       (2, 6, "lka_button"), (2, 7, "canbus_fault")]
            self.put("basic", **{name: f.flag(byte, bit) for byte, bit, name in buttons})
            doors = ["passenger_door_open", "rearleft_door_open", "rearright_door_open", "hood_open", "trunk_open",
                     "passenger_detected", "passenger_airbag_enabled"]
            self.put("safety", is_driver_car_door_close=not f.flag(3, 0),
                     **{f"is_{name}": f.flag(3, bit + 1) for bit, name in enumerate(doors)},
                     is_driver_buckled=f.flag(4, 0), is_passenger_buckled=f.flag(4, 1))
        elif identifier == 0x6A:
            for at, wheel in enumerate(["fl", "fr", "rl", "rr"]):
                self.put("vehicle_spd", **{f"wheel_spd_{wheel}": f.word(2 * at) * 0.01, f"is_wheel_spd_{wheel}_valid": True})
            if timestamp is not None:
                self.put("vehicle_spd", timestamp_sec=timestamp)
        elif identifier == 0x6B:
            self.put("vehicle_spd", lat_acc=f.signed(0, 16) * 0.01, long_acc=f.signed(2, 16) * 0.01, vert_acc=f.signed(4, 16) * 0.01)
        elif identifier == 0x6C:
            self.put("vehicle_spd", roll_rate=f.signed(0, 16) * 0.0002, yaw_rate=f.signed(2, 16) * 0.0002, is_yaw_rate_valid=True)
        elif identifier == 0x6D:
            self.put("basic", latitude=f.signed(0, 31) / 3e6, longitude=f.signed(4, 31) / 3e6, gps_valid=f.flag(7, 7))
        elif identifier == 0x6E:
            self.put("basic", year=f.bits(0, 0, 7), month=f.bits(1, 0, 4), day=f.bits(2, 0, 5), hours=f.bits(3, 0, 5),
                     minutes=f.bits(4, 0, 6), seconds=f.bits(5, 0, 6), compass_direction=f.bits(6, 0, 4) * 45,
                     pdop=f.bits(7, 0, 5) * 0.2, is_gps_fault=f.flag(7, 5), is_inferred=f.flag(7, 6))
        elif identifier == 0x6F:
            self.put("basic", altitude=f.signed(0, 16) * 0.25, heading=f.word(2) * 0.01, gps_speed=f.bits(4, 0, 8) * 0.44704,
                     hdop=f.bits(5, 0, 5) * 0.2, vdop=f.bits(6, 0, 5) * 0.2, quality=NAMES["fix"][f.bits(7, 0, 3)],
                     num_satellites=f.bits(7, 3, 5))
        elif identifier == 0x71:
            for at, tyre in enumerate(["front_left", "front_right", "rear_left", "rear_right"]):
                self.put("safety", **{f"{tyre}_tire_press": f.word(2 * at)})
        elif identifier == 0x72:
            self.put("battery", fuel_level=f.signed(0, 16) * 0.108696)
        elif identifier == 0x74:
            self.put("brake", brake_torque_req=f.bits(0, 0, 12) * 4, hsa_status="HSA_" + NAMES["hsa"][f.bits(1, 4, 3)],
                     brake_torque_act=f.bits(2, 0, 12) * 4, hsa_mode="HSA_" + NAMES["hsa_mode"][f.bits(3, 4, 2)],
                     wheel_torque_act=f.signed(4, 14) * 4)
            self.put("epb", parking_brake_status="PBRAKE_" + NAMES["epb"][f.bits(3, 6, 2)])
            self.put("vehicle_spd", is_vehicle_standstill=f.flag(1, 7), acc_est=f.signed(6, 10) * 0.035)
            names = ["abs_active", "abs_enabled", "stab_active", "stab_enabled", "trac_active", "trac_enabled"]
            self.put("esp", **{f"is_{name}": f.flag(7, 2 + bit) for bit, name in enumerate(names)})
        elif identifier == 0x75:
            rate = f.bits(4, 0, 8)
            self.put("ems", engine_rpm=f.word(0) * 0.25)
            self.put("gas", accelerator_pedal=f.bits(2, 0, 10) * 0.1,
                     accelerator_pedal_rate=(rate - 0x100 if rate > 0x3F else rate) * 0.04)
        elif identifier == 0x7F:
            module = {1: "brake", 2: "gas", 3: "eps"}.get(f.bits(0, 0, 8))
            if module:
                self.put(module, major_version=f.word(2), minor_version=f.word(4), build_number=f.word(6))

    def chassis(self):
        at = lambda group, field, default: self.value.get(group, {}).get(field, default)
        turn = {"TURN_LEFT_ON": "TURN_LEFT", "TURN_RIGHT_ON": "TURN_RIGHT"}.get(at("light", "turn_light_type", None), "TURN_NONE")
        chassis = {
            "driving_mode": "COMPLETE_MANUAL", "error_code": "NO_ERROR", "engine_started": True,
            "engine_rpm": float32(at("ems", "engine_rpm", 0)), "speed_mps": float32(at("vehicle_spd", "vehicle_spd", 0)),
            "odometer_m": 0, "fuel_range_m": 0, "throttle_percentage": float32(at("gas", "throttle_output", 0)),
            "brake_percentage": float32(at("brake", "brake_output", 0)), "gear_location": at("gear", "gear_state", "GEAR_NONE"),
            "steering_percentage": float32(at("eps", "steering_angle", 0) * 100 / MAX_ANGLE),
            "steering_torque_nm": float32(at("eps", "epas_torque", 0)),
            "parking_brake": at("epb", "parking_brake_status", None) == "PBRAKE_ON",
            "signal": {"turn_signal": turn, "horn": False},
        }
        if "timestamp_65" in self.value.get("eps", {}):
            chassis["steering_timestamp"] = self.value["eps"]["timestamp_65"]
        faults = [("eps", "watchdog_fault"), ("eps", "channel_1_fault"), ("eps", "channel_2_fault"), ("eps", "calibration_fault"),
                  ("eps", "connector_fault"), ("brake", "watchdog_fault"), ("brake", "channel_1_fault"),
                  ("brake", "channel_2_fault"), ("brake", "boo_fault"), ("brake", "connector_fault"), ("gas", "watchdog_fault"),
                  ("gas", "channel_1_fault"), ("gas", "channel_2_fault"), ("gas", "connector_fault"), ("gear", "canbus_fault")]
        mask = sum(1 << bit for bit, (group, field) in enumerate(faults) if at(group, field, False))
        if mask:
            chassis["chassis_error_mask"] = mask
        return chassis


# ---------------------------------------------------------------------------------------------- cases


def encode_case(name, commands):
    controller, output = Controller(), []
    for command in commands:
        controller.update(command)
        output += [{"id": identifier, "data": data.hex()} for identifier, data in controller.frames()]
    return {"name": name, "command": ["canbus", "encode", "--vehicle", "lincoln"], "input": commands, "output": output}


def decode_case(name, frames):
    detail, output = Detail(), []
    for frame in frames:
        identifier = frame["id"] if isinstance(frame["id"], int) else int(frame["id"], 16)
        detail.read(identifier, bytes.fromhex(frame["data"]), frame.get("timestamp"))
        output.append(json.loads(json.dumps({"chassis_detail": detail.value, "chassis": detail.chassis()})))
    return {"name": name, "command": ["canbus", "decode", "--vehicle", "lincoln"], "input": frames, "output": output}


SENT = [0x60, 0x62, 0x64, 0x66, 0x68]
RECEIVED = [0x61, 0x63, 0x65, 0x67, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x71, 0x72, 0x74, 0x75, 0x7F]


def cases(seed):
    rng = random.Random(seed)
    grid = [{"throttle": i / 10, "brake": i / 10, "steering_target": i / 10 * sign, "steering_rate": i / 10}
            for i in range(0, 1201) for sign in (-1, 1)]
    yield encode_case("every tenth of a percent", grid)

    def command():
        value = {}
        number = lambda: rng.choice([rng.uniform(-150, 150), rng.uniform(0, 100), 0, 100, 1e-3, 9.99e-4, -1e-9, 1.0, 1.0000001, 1e300])
        for field in ("throttle", "brake", "steering_target", "steering_rate"):
            if rng.random() < 0.8:
                value[field] = number()
        if rng.random() < 0.7:
            value["gear_location"] = rng.choice(["GEAR_NEUTRAL", "GEAR_DRIVE", "GEAR_REVERSE", "GEAR_PARKING", "GEAR_LOW", "GEAR_INVALID", "GEAR_NONE"])
        if rng.random() < 0.3:
            value["signal"] = rng.choice([{}, {"turn_signal": "TURN_LEFT"}, {"turn_signal": "TURN_RIGHT"}, {"turn_signal": "TURN_NONE"}, {"horn": True}])
        if rng.random() < 0.1:
            value["pad_msg"] = rng.choice([{"action": "START"}, {"action": "STOP"}, {"action": "RESET"}, {}])
        if rng.random() < 0.1:
            value["parking_brake"] = True
        return value

    yield encode_case("random commands", [command() for _ in range(800)])
    frames = []
    for identifier in RECEIVED:
        frames += [{"id": identifier, "data": bytes([byte] * 8).hex()} for byte in (0x00, 0xFF, 0x80, 0x7F, 0x01, 0x55, 0xAA)]
        frames += [{"id": identifier, "data": (1 << bit).to_bytes(8, "little").hex()} for bit in range(64)]
    yield decode_case("every bit of every report", frames)

    def frame():
        identifier = rng.choice(RECEIVED)
        data = bytearray(rng.randbytes(8))
        if identifier == 0x7F:
            data[0] = rng.choice([0, 1, 2, 3, 4])
        value = {"id": rng.choice([identifier, hex(identifier)]), "data": data.hex()}
        if rng.random() < 0.3:
            value["timestamp"] = rng.uniform(1.4e9, 1.6e9)
        return value

    yield decode_case("random reports", [frame() for _ in range(600)])


if __name__ == "__main__":
    json.dump(list(cases(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sys.stdout, allow_nan=False)
