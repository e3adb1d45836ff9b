import type { RosDialect } from "./ros-text.ts";

/*
 * The standard ROS types: DDS discovery carries no definitions, and some recordings leave them out. A line a type, members
 * separated by semicolons; continuation lines are indented. Where the releases differ, ROS 1 is Noetic and ROS 2 is Jazzy.
 * Checked against the md5sums of the original packages (ROS 1).
 */

/** Equal in ROS 1 and ROS 2, `time` and `Header` meaning each one's own. */
const COMMON = `
diagnostic_msgs/DiagnosticArray: Header header; DiagnosticStatus[] status
diagnostic_msgs/DiagnosticStatus: byte OK=0; byte WARN=1; byte ERROR=2; byte STALE=3; byte level; string name;
  string message; string hardware_id; KeyValue[] values
diagnostic_msgs/KeyValue: string key; string value
geometry_msgs/Accel: Vector3 linear; Vector3 angular
geometry_msgs/AccelStamped: Header header; Accel accel
geometry_msgs/AccelWithCovariance: Accel accel; float64[36] covariance
geometry_msgs/AccelWithCovarianceStamped: Header header; AccelWithCovariance accel
geometry_msgs/Inertia: float64 m; geometry_msgs/Vector3 com; float64 ixx; float64 ixy; float64 ixz; float64 iyy;
  float64 iyz; float64 izz
geometry_msgs/InertiaStamped: Header header; Inertia inertia
geometry_msgs/Point: float64 x; float64 y; float64 z
geometry_msgs/Point32: float32 x; float32 y; float32 z
geometry_msgs/PointStamped: Header header; Point point
geometry_msgs/Polygon: Point32[] points
geometry_msgs/PolygonStamped: Header header; Polygon polygon
geometry_msgs/Pose: Point position; Quaternion orientation
geometry_msgs/Pose2D: float64 x; float64 y; float64 theta
geometry_msgs/PoseArray: Header header; Pose[] poses
geometry_msgs/PoseStamped: Header header; Pose pose
geometry_msgs/PoseWithCovariance: Pose pose; float64[36] covariance
geometry_msgs/PoseWithCovarianceStamped: Header header; PoseWithCovariance pose
geometry_msgs/QuaternionStamped: Header header; Quaternion quaternion
geometry_msgs/Transform: Vector3 translation; Quaternion rotation
geometry_msgs/TransformStamped: Header header; string child_frame_id; Transform transform
geometry_msgs/Twist: Vector3 linear; Vector3 angular
geometry_msgs/TwistStamped: Header header; Twist twist
geometry_msgs/TwistWithCovariance: Twist twist; float64[36] covariance
geometry_msgs/TwistWithCovarianceStamped: Header header; TwistWithCovariance twist
geometry_msgs/Vector3: float64 x; float64 y; float64 z
geometry_msgs/Vector3Stamped: Header header; Vector3 vector
geometry_msgs/Wrench: Vector3 force; Vector3 torque
geometry_msgs/WrenchStamped: Header header; Wrench wrench
nav_msgs/GridCells: Header header; float32 cell_width; float32 cell_height; geometry_msgs/Point[] cells
nav_msgs/MapMetaData: time map_load_time; float32 resolution; uint32 width; uint32 height; geometry_msgs/Pose origin
nav_msgs/OccupancyGrid: Header header; MapMetaData info; int8[] data
nav_msgs/Odometry: Header header; string child_frame_id; geometry_msgs/PoseWithCovariance pose;
  geometry_msgs/TwistWithCovariance twist
nav_msgs/Path: Header header; geometry_msgs/PoseStamped[] poses
rosgraph_msgs/Clock: time clock
sensor_msgs/BatteryState: uint8 POWER_SUPPLY_STATUS_UNKNOWN=0; uint8 POWER_SUPPLY_STATUS_CHARGING=1; uint8
  POWER_SUPPLY_STATUS_DISCHARGING=2; uint8 POWER_SUPPLY_STATUS_NOT_CHARGING=3; uint8 POWER_SUPPLY_STATUS_FULL=4;
  uint8 POWER_SUPPLY_HEALTH_UNKNOWN=0; uint8 POWER_SUPPLY_HEALTH_GOOD=1; uint8 POWER_SUPPLY_HEALTH_OVERHEAT=2; uint8
  POWER_SUPPLY_HEALTH_DEAD=3; uint8 POWER_SUPPLY_HEALTH_OVERVOLTAGE=4; uint8 POWER_SUPPLY_HEALTH_UNSPEC_FAILURE=5;
  uint8 POWER_SUPPLY_HEALTH_COLD=6; uint8 POWER_SUPPLY_HEALTH_WATCHDOG_TIMER_EXPIRE=7; uint8
  POWER_SUPPLY_HEALTH_SAFETY_TIMER_EXPIRE=8; uint8 POWER_SUPPLY_TECHNOLOGY_UNKNOWN=0; uint8
  POWER_SUPPLY_TECHNOLOGY_NIMH=1; uint8 POWER_SUPPLY_TECHNOLOGY_LION=2; uint8 POWER_SUPPLY_TECHNOLOGY_LIPO=3; uint8
  POWER_SUPPLY_TECHNOLOGY_LIFE=4; uint8 POWER_SUPPLY_TECHNOLOGY_NICD=5; uint8 POWER_SUPPLY_TECHNOLOGY_LIMN=6; Header
  header; float32 voltage; float32 temperature; float32 current; float32 charge; float32 capacity; float32
  design_capacity; float32 percentage; uint8 power_supply_status; uint8 power_supply_health; uint8
  power_supply_technology; bool present; float32[] cell_voltage; float32[] cell_temperature; string location; string
  serial_number
sensor_msgs/ChannelFloat32: string name; float32[] values
sensor_msgs/CompressedImage: Header header; string format; uint8[] data
sensor_msgs/FluidPressure: Header header; float64 fluid_pressure; float64 variance
sensor_msgs/Illuminance: Header header; float64 illuminance; float64 variance
sensor_msgs/Image: Header header; uint32 height; uint32 width; string encoding; uint8 is_bigendian; uint32 step;
  uint8[] data
sensor_msgs/Imu: Header header; geometry_msgs/Quaternion orientation; float64[9] orientation_covariance;
  geometry_msgs/Vector3 angular_velocity; float64[9] angular_velocity_covariance; geometry_msgs/Vector3
  linear_acceleration; float64[9] linear_acceleration_covariance
sensor_msgs/JointState: Header header; string[] name; float64[] position; float64[] velocity; float64[] effort
sensor_msgs/Joy: Header header; float32[] axes; int32[] buttons
sensor_msgs/JoyFeedback: uint8 TYPE_LED=0; uint8 TYPE_RUMBLE=1; uint8 TYPE_BUZZER=2; uint8 type; uint8 id; float32
  intensity
sensor_msgs/JoyFeedbackArray: JoyFeedback[] array
sensor_msgs/LaserEcho: float32[] echoes
sensor_msgs/LaserScan: Header header; float32 angle_min; float32 angle_max; float32 angle_increment; float32
  time_increment; float32 scan_time; float32 range_min; float32 range_max; float32[] ranges; float32[] intensities
sensor_msgs/MagneticField: Header header; geometry_msgs/Vector3 magnetic_field; float64[9] magnetic_field_covariance
sensor_msgs/MultiDOFJointState: Header header; string[] joint_names; geometry_msgs/Transform[] transforms;
  geometry_msgs/Twist[] twist; geometry_msgs/Wrench[] wrench
sensor_msgs/MultiEchoLaserScan: Header header; float32 angle_min; float32 angle_max; float32 angle_increment;
  float32 time_increment; float32 scan_time; float32 range_min; float32 range_max; LaserEcho[] ranges; LaserEcho[]
  intensities
sensor_msgs/NavSatFix: Header header; NavSatStatus status; float64 latitude; float64 longitude; float64 altitude;
  float64[9] position_covariance; uint8 COVARIANCE_TYPE_UNKNOWN=0; uint8 COVARIANCE_TYPE_APPROXIMATED=1; uint8
  COVARIANCE_TYPE_DIAGONAL_KNOWN=2; uint8 COVARIANCE_TYPE_KNOWN=3; uint8 position_covariance_type
sensor_msgs/PointCloud: Header header; geometry_msgs/Point32[] points; ChannelFloat32[] channels
sensor_msgs/PointCloud2: Header header; uint32 height; uint32 width; PointField[] fields; bool is_bigendian; uint32
  point_step; uint32 row_step; uint8[] data; bool is_dense
sensor_msgs/PointField: uint8 INT8=1; uint8 UINT8=2; uint8 INT16=3; uint8 UINT16=4; uint8 INT32=5; uint8 UINT32=6;
  uint8 FLOAT32=7; uint8 FLOAT64=8; string name; uint32 offset; uint8 datatype; uint32 count
sensor_msgs/RegionOfInterest: uint32 x_offset; uint32 y_offset; uint32 height; uint32 width; bool do_rectify
sensor_msgs/RelativeHumidity: Header header; float64 relative_humidity; float64 variance
sensor_msgs/Temperature: Header header; float64 temperature; float64 variance
sensor_msgs/TimeReference: Header header; time time_ref; string source
std_msgs/Bool: bool data
std_msgs/Byte: byte data
std_msgs/ByteMultiArray: MultiArrayLayout layout; byte[] data
std_msgs/Char: char data
std_msgs/ColorRGBA: float32 r; float32 g; float32 b; float32 a
std_msgs/Empty:
std_msgs/Float32: float32 data
std_msgs/Float32MultiArray: MultiArrayLayout layout; float32[] data
std_msgs/Float64: float64 data
std_msgs/Float64MultiArray: MultiArrayLayout layout; float64[] data
std_msgs/Int16: int16 data
std_msgs/Int16MultiArray: MultiArrayLayout layout; int16[] data
std_msgs/Int32: int32 data
std_msgs/Int32MultiArray: MultiArrayLayout layout; int32[] data
std_msgs/Int64: int64 data
std_msgs/Int64MultiArray: MultiArrayLayout layout; int64[] data
std_msgs/Int8: int8 data
std_msgs/Int8MultiArray: MultiArrayLayout layout; int8[] data
std_msgs/MultiArrayDimension: string label; uint32 size; uint32 stride
std_msgs/MultiArrayLayout: MultiArrayDimension[] dim; uint32 data_offset
std_msgs/String: string data
std_msgs/UInt16: uint16 data
std_msgs/UInt16MultiArray: MultiArrayLayout layout; uint16[] data
std_msgs/UInt32: uint32 data
std_msgs/UInt32MultiArray: MultiArrayLayout layout; uint32[] data
std_msgs/UInt64: uint64 data
std_msgs/UInt64MultiArray: MultiArrayLayout layout; uint64[] data
std_msgs/UInt8: uint8 data
std_msgs/UInt8MultiArray: MultiArrayLayout layout; uint8[] data
tf2_msgs/TF2Error: uint8 NO_ERROR=0; uint8 LOOKUP_ERROR=1; uint8 CONNECTIVITY_ERROR=2; uint8 EXTRAPOLATION_ERROR=3;
  uint8 INVALID_ARGUMENT_ERROR=4; uint8 TIMEOUT_ERROR=5; uint8 TRANSFORM_ERROR=6; uint8 error; string error_string
tf2_msgs/TFMessage: geometry_msgs/TransformStamped[] transforms
`;

const ROS1_ONLY = `
geometry_msgs/Quaternion: float64 x; float64 y; float64 z; float64 w
rosgraph_msgs/Log: byte DEBUG=1; byte INFO=2; byte WARN=4; byte ERROR=8; byte FATAL=16; Header header; byte level;
  string name; string msg; string file; string function; uint32 line; string[] topics
rosgraph_msgs/TopicStatistics: string topic; string node_pub; string node_sub; time window_start; time window_stop;
  int32 delivered_msgs; int32 dropped_msgs; int32 traffic; duration period_mean; duration period_stddev; duration
  period_max; duration stamp_age_mean; duration stamp_age_stddev; duration stamp_age_max
sensor_msgs/CameraInfo: Header header; uint32 height; uint32 width; string distortion_model; float64[] D; float64[9]
  K; float64[9] R; float64[12] P; uint32 binning_x; uint32 binning_y; RegionOfInterest roi
sensor_msgs/NavSatStatus: int8 STATUS_NO_FIX=-1; int8 STATUS_FIX=0; int8 STATUS_SBAS_FIX=1; int8 STATUS_GBAS_FIX=2;
  int8 status; uint16 SERVICE_GPS=1; uint16 SERVICE_GLONASS=2; uint16 SERVICE_COMPASS=4; uint16 SERVICE_GALILEO=8;
  uint16 service
sensor_msgs/Range: Header header; uint8 ULTRASOUND=0; uint8 INFRARED=1; uint8 radiation_type; float32 field_of_view;
  float32 min_range; float32 max_range; float32 range
std_msgs/Duration: duration data
std_msgs/Header: uint32 seq; time stamp; string frame_id
std_msgs/Time: time data
`;

const ROS2_ONLY = `
action_msgs/CancelGoal_Request: GoalInfo goal_info
action_msgs/CancelGoal_Response: int8 ERROR_NONE=0; int8 ERROR_REJECTED=1; int8 ERROR_UNKNOWN_GOAL_ID=2; int8
  ERROR_GOAL_TERMINATED=3; int8 return_code; GoalInfo[] goals_canceling
action_msgs/GoalInfo: unique_identifier_msgs/UUID goal_id; builtin_interfaces/Time stamp
action_msgs/GoalStatus: int8 STATUS_UNKNOWN=0; int8 STATUS_ACCEPTED=1; int8 STATUS_EXECUTING=2; int8
  STATUS_CANCELING=3; int8 STATUS_SUCCEEDED=4; int8 STATUS_CANCELED=5; int8 STATUS_ABORTED=6; GoalInfo goal_info; int8
  status
action_msgs/GoalStatusArray: GoalStatus[] status_list
builtin_interfaces/Duration: int32 sec; uint32 nanosec
builtin_interfaces/Time: int32 sec; uint32 nanosec
example_interfaces/AddTwoInts_Request: int64 a; int64 b
example_interfaces/AddTwoInts_Response: int64 sum
example_interfaces/Bool: bool data
example_interfaces/Byte: byte data
example_interfaces/Char: char data
example_interfaces/Empty:
example_interfaces/Fibonacci_Feedback: int32[] sequence
example_interfaces/Fibonacci_Goal: int32 order
example_interfaces/Fibonacci_Result: int32[] sequence
example_interfaces/Float32: float32 data
example_interfaces/Float64: float64 data
example_interfaces/Int16: int16 data
example_interfaces/Int32: int32 data
example_interfaces/Int64: int64 data
example_interfaces/Int8: int8 data
example_interfaces/SetBool_Request: bool data
example_interfaces/SetBool_Response: bool success; string message
example_interfaces/String: string data
example_interfaces/Trigger_Request:
example_interfaces/Trigger_Response: bool success; string message
example_interfaces/UInt16: uint16 data
example_interfaces/UInt32: uint32 data
example_interfaces/UInt64: uint64 data
example_interfaces/UInt8: uint8 data
example_interfaces/WString: wstring data
geometry_msgs/PolygonInstance: geometry_msgs/Polygon polygon; int64 id
geometry_msgs/PolygonInstanceStamped: std_msgs/Header header; geometry_msgs/PolygonInstance polygon
geometry_msgs/Quaternion: float64 x 0; float64 y 0; float64 z 0; float64 w 1
geometry_msgs/VelocityStamped: std_msgs/Header header; string body_frame_id; string reference_frame_id;
  geometry_msgs/Twist velocity
lifecycle_msgs/ChangeState_Request: Transition transition
lifecycle_msgs/ChangeState_Response: bool success
lifecycle_msgs/GetAvailableStates_Request:
lifecycle_msgs/GetAvailableStates_Response: State[] available_states
lifecycle_msgs/GetAvailableTransitions_Request:
lifecycle_msgs/GetAvailableTransitions_Response: TransitionDescription[] available_transitions
lifecycle_msgs/GetState_Request:
lifecycle_msgs/GetState_Response: State current_state
lifecycle_msgs/State: uint8 PRIMARY_STATE_UNKNOWN=0; uint8 PRIMARY_STATE_UNCONFIGURED=1; uint8 PRIMARY_STATE_INACTIVE=2;
  uint8 PRIMARY_STATE_ACTIVE=3; uint8 PRIMARY_STATE_FINALIZED=4; uint8 TRANSITION_STATE_CONFIGURING=10; uint8
  TRANSITION_STATE_CLEANINGUP=11; uint8 TRANSITION_STATE_SHUTTINGDOWN=12; uint8 TRANSITION_STATE_ACTIVATING=13; uint8
  TRANSITION_STATE_DEACTIVATING=14; uint8 TRANSITION_STATE_ERRORPROCESSING=15; uint8 id; string label
lifecycle_msgs/Transition: uint8 TRANSITION_CREATE=0; uint8 TRANSITION_CONFIGURE=1; uint8 TRANSITION_CLEANUP=2; uint8
  TRANSITION_ACTIVATE=3; uint8 TRANSITION_DEACTIVATE=4; uint8 TRANSITION_UNCONFIGURED_SHUTDOWN=5; uint8
  TRANSITION_INACTIVE_SHUTDOWN=6; uint8 TRANSITION_ACTIVE_SHUTDOWN=7; uint8 TRANSITION_DESTROY=8; uint8 id; string label
lifecycle_msgs/TransitionDescription: Transition transition; State start_state; State goal_state
nav_msgs/GetMap_Request:
nav_msgs/GetMap_Response: OccupancyGrid map
nav_msgs/GetPlan_Request: geometry_msgs/PoseStamped start; geometry_msgs/PoseStamped goal; float32 tolerance
nav_msgs/GetPlan_Response: Path plan
nav_msgs/Goals: std_msgs/Header header; geometry_msgs/PoseStamped[] goals
nav_msgs/LoadMap_Request: string map_url
nav_msgs/LoadMap_Response: uint8 RESULT_SUCCESS=0; uint8 RESULT_MAP_DOES_NOT_EXIST=1; uint8 RESULT_INVALID_MAP_DATA=2;
  uint8 RESULT_INVALID_MAP_METADATA=3; uint8 RESULT_UNDEFINED_FAILURE=255; OccupancyGrid map; uint8 result
nav_msgs/SetMap_Request: OccupancyGrid map; geometry_msgs/PoseWithCovarianceStamped initial_pose
nav_msgs/SetMap_Response: bool success
rcl_interfaces/DescribeParameters_Request: string[] names
rcl_interfaces/DescribeParameters_Response: ParameterDescriptor[] descriptors
rcl_interfaces/FloatingPointRange: float64 from_value; float64 to_value; float64 step
rcl_interfaces/GetParameterTypes_Request: string[] names
rcl_interfaces/GetParameterTypes_Response: uint8[] types
rcl_interfaces/GetParameters_Request: string[] names
rcl_interfaces/GetParameters_Response: ParameterValue[] values
rcl_interfaces/IntegerRange: int64 from_value; int64 to_value; uint64 step
rcl_interfaces/ListParametersResult: string[] names; string[] prefixes
rcl_interfaces/ListParameters_Request: uint64 DEPTH_RECURSIVE=0; string[] prefixes; uint64 depth
rcl_interfaces/ListParameters_Response: ListParametersResult result
rcl_interfaces/Log: byte DEBUG=10; byte INFO=20; byte WARN=30; byte ERROR=40; byte FATAL=50; builtin_interfaces/Time
  stamp; uint8 level; string name; string msg; string file; string function; uint32 line
rcl_interfaces/Parameter: string name; ParameterValue value
rcl_interfaces/ParameterDescriptor: string name; uint8 type; string description; string additional_constraints; bool
  read_only false; bool dynamic_typing false; FloatingPointRange[<=1] floating_point_range; IntegerRange[<=1]
  integer_range
rcl_interfaces/ParameterEvent: builtin_interfaces/Time stamp; string node; Parameter[] new_parameters; Parameter[]
  changed_parameters; Parameter[] deleted_parameters
rcl_interfaces/ParameterType: uint8 PARAMETER_NOT_SET=0; uint8 PARAMETER_BOOL=1; uint8 PARAMETER_INTEGER=2; uint8
  PARAMETER_DOUBLE=3; uint8 PARAMETER_STRING=4; uint8 PARAMETER_BYTE_ARRAY=5; uint8 PARAMETER_BOOL_ARRAY=6; uint8
  PARAMETER_INTEGER_ARRAY=7; uint8 PARAMETER_DOUBLE_ARRAY=8; uint8 PARAMETER_STRING_ARRAY=9
rcl_interfaces/ParameterValue: uint8 type; bool bool_value; int64 integer_value; float64 double_value; string
  string_value; byte[] byte_array_value; bool[] bool_array_value; int64[] integer_array_value; float64[]
  double_array_value; string[] string_array_value
rcl_interfaces/SetParametersAtomically_Request: Parameter[] parameters
rcl_interfaces/SetParametersAtomically_Response: SetParametersResult result
rcl_interfaces/SetParametersResult: bool successful; string reason
rcl_interfaces/SetParameters_Request: Parameter[] parameters
rcl_interfaces/SetParameters_Response: SetParametersResult[] results
rmw_dds_common/Gid: uint8[16] data
rmw_dds_common/NodeEntitiesInfo: string<=256 node_namespace; string<=256 node_name; Gid[] reader_gid_seq; Gid[]
  writer_gid_seq
rmw_dds_common/ParticipantEntitiesInfo: Gid gid; NodeEntitiesInfo[] node_entities_info_seq
sensor_msgs/CameraInfo: std_msgs/Header header; uint32 height; uint32 width; string distortion_model; float64[] d;
  float64[9] k; float64[9] r; float64[12] p; uint32 binning_x; uint32 binning_y; RegionOfInterest roi
sensor_msgs/NavSatStatus: int8 STATUS_UNKNOWN=-2; int8 STATUS_NO_FIX=-1; int8 STATUS_FIX=0; int8 STATUS_SBAS_FIX=1;
  int8 STATUS_GBAS_FIX=2; int8 status -2; uint16 SERVICE_UNKNOWN=0; uint16 SERVICE_GPS=1; uint16 SERVICE_GLONASS=2;
  uint16 SERVICE_COMPASS=4; uint16 SERVICE_GALILEO=8; uint16 service
sensor_msgs/Range: std_msgs/Header header; uint8 ULTRASOUND=0; uint8 INFRARED=1; uint8 radiation_type; float32
  field_of_view; float32 min_range; float32 max_range; float32 range; float32 variance
sensor_msgs/SetCameraInfo_Request: CameraInfo camera_info
sensor_msgs/SetCameraInfo_Response: bool success; string status_message
shape_msgs/Mesh: MeshTriangle[] triangles; geometry_msgs/Point[] vertices
shape_msgs/MeshTriangle: uint32[3] vertex_indices
shape_msgs/Plane: float64[4] coef
shape_msgs/SolidPrimitive: uint8 BOX=1; uint8 SPHERE=2; uint8 CYLINDER=3; uint8 CONE=4; uint8 PRISM=5; uint8 type;
  float64[<=3] dimensions; uint8 BOX_X=0; uint8 BOX_Y=1; uint8 BOX_Z=2; uint8 SPHERE_RADIUS=0; uint8 CYLINDER_HEIGHT=0;
  uint8 CYLINDER_RADIUS=1; uint8 CONE_HEIGHT=0; uint8 CONE_RADIUS=1; uint8 PRISM_HEIGHT=0; geometry_msgs/Polygon polygon
statistics_msgs/MetricsMessage: string measurement_source_name; string metrics_source; string unit;
  builtin_interfaces/Time window_start; builtin_interfaces/Time window_stop; StatisticDataPoint[] statistics
statistics_msgs/StatisticDataPoint: uint8 data_type; float64 data
std_msgs/Header: builtin_interfaces/Time stamp; string frame_id
std_srvs/Empty_Request:
std_srvs/Empty_Response:
std_srvs/SetBool_Request: bool data
std_srvs/SetBool_Response: bool success; string message
std_srvs/Trigger_Request:
std_srvs/Trigger_Response: bool success; string message
trajectory_msgs/JointTrajectory: std_msgs/Header header; string[] joint_names; JointTrajectoryPoint[] points
trajectory_msgs/JointTrajectoryPoint: float64[] positions; float64[] velocities; float64[] accelerations; float64[]
  effort; builtin_interfaces/Duration time_from_start
trajectory_msgs/MultiDOFJointTrajectory: std_msgs/Header header; string[] joint_names; MultiDOFJointTrajectoryPoint[]
  points
trajectory_msgs/MultiDOFJointTrajectoryPoint: geometry_msgs/Transform[] transforms; geometry_msgs/Twist[] velocities;
  geometry_msgs/Twist[] accelerations; builtin_interfaces/Duration time_from_start
turtlesim/Color: uint8 r; uint8 g; uint8 b
turtlesim/Kill_Request: string name
turtlesim/Kill_Response:
turtlesim/Pose: float32 x; float32 y; float32 theta; float32 linear_velocity; float32 angular_velocity
turtlesim/RotateAbsolute_Feedback: float32 remaining
turtlesim/RotateAbsolute_Goal: float32 theta
turtlesim/RotateAbsolute_Result: float32 delta
turtlesim/SetPen_Request: uint8 r; uint8 g; uint8 b; uint8 width; uint8 off
turtlesim/SetPen_Response:
turtlesim/Spawn_Request: float32 x; float32 y; float32 theta; string name
turtlesim/Spawn_Response: string name
turtlesim/TeleportAbsolute_Request: float32 x; float32 y; float32 theta
turtlesim/TeleportAbsolute_Response:
turtlesim/TeleportRelative_Request: float32 linear; float32 angular
turtlesim/TeleportRelative_Response:
unique_identifier_msgs/UUID: uint8[16] uuid
visualization_msgs/Marker: int32 ARROW=0; int32 CUBE=1; int32 SPHERE=2; int32 CYLINDER=3; int32 LINE_STRIP=4; int32
  LINE_LIST=5; int32 CUBE_LIST=6; int32 SPHERE_LIST=7; int32 POINTS=8; int32 TEXT_VIEW_FACING=9; int32
  MESH_RESOURCE=10; int32 TRIANGLE_LIST=11; int32 ARROW_STRIP=12; int32 ADD=0; int32 MODIFY=0; int32 DELETE=2; int32
  DELETEALL=3; std_msgs/Header header; string ns; int32 id; int32 type; int32 action; geometry_msgs/Pose pose;
  geometry_msgs/Vector3 scale; std_msgs/ColorRGBA color; builtin_interfaces/Duration lifetime; bool frame_locked;
  geometry_msgs/Point[] points; std_msgs/ColorRGBA[] colors; string texture_resource; sensor_msgs/CompressedImage
  texture; UVCoordinate[] uv_coordinates; string text; string mesh_resource; MeshFile mesh_file; bool
  mesh_use_embedded_materials
visualization_msgs/MarkerArray: Marker[] markers
visualization_msgs/MeshFile: string filename; uint8[] data
visualization_msgs/UVCoordinate: float32 u; float32 v
`;

function table(lines: string): Map<string, string> {
  const entries = lines
    .trim()
    .replaceAll(/\n +/g, " ")
    .split("\n")
    .filter((entry) => entry !== "");
  return new Map(
    entries.map((entry) => {
      const colon = entry.indexOf(":");
      return [
        entry.slice(0, colon),
        entry
          .slice(colon + 1)
          .trim()
          .replaceAll(/;\s*/g, "\n"),
      ];
    }),
  );
}

const tables: Partial<Record<RosDialect, Map<string, string>>> = {};

function definitions(dialect: RosDialect): Map<string, string> {
  tables[dialect] ??= table(COMMON + (dialect === "ros1" ? ROS1_ONLY : ROS2_ONLY));
  return tables[dialect];
}

/** The text of a standard ROS type (`pkg/Type`), without dependencies; undefined when it is not a standard one. */
export function wellKnownRosText(name: string, dialect: RosDialect): string | undefined {
  return definitions(dialect).get(name);
}

/** Names of all standard types we know, `pkg/Type`, sorted. */
export function wellKnownRosTypes(dialect: RosDialect): string[] {
  return [...definitions(dialect).keys()].sort();
}
