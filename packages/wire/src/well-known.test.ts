import { describe, expect, test } from "vitest";
import { parseRos1, parseRos2, ros1Md5 } from "./ros-schema.ts";
import { wellKnownRosText, wellKnownRosTypes } from "./well-known.ts";

/** What the message packages of ROS Noetic (Debian's python3-*-msgs) say of themselves. */
const MD5SUMS = `
diagnostic_msgs/DiagnosticArray 60810da900de1dd6ddd437c3503511da
diagnostic_msgs/DiagnosticStatus d0ce08bc6e5ba34c7754f563a9cabaf1
diagnostic_msgs/KeyValue cf57fdc6617a881a88c16e768132149c
geometry_msgs/Accel 9f195f881246fdfa2798d1d3eebca84a
geometry_msgs/AccelStamped d8a98a5d81351b6eb0578c78557e7659
geometry_msgs/AccelWithCovariance ad5a718d699c6be72a02b8d6a139f334
geometry_msgs/AccelWithCovarianceStamped 96adb295225031ec8d57fb4251b0a886
geometry_msgs/Inertia 1d26e4bb6c83ff141c5cf0d883c2b0fe
geometry_msgs/InertiaStamped ddee48caeab5a966c5e8d166654a9ac7
geometry_msgs/Point 4a842b65f413084dc2b10fb484ea7f17
geometry_msgs/Point32 cc153912f1453b708d221682bc23d9ac
geometry_msgs/PointStamped c63aecb41bfdfd6b7e1fac37c7cbe7bf
geometry_msgs/Polygon cd60a26494a087f577976f0329fa120e
geometry_msgs/PolygonStamped c6be8f7dc3bee7fe9e8d296070f53340
geometry_msgs/Pose e45d45a5a1ce597b249e23fb30fc871f
geometry_msgs/Pose2D 938fa65709584ad8e77d238529be13b8
geometry_msgs/PoseArray 916c28c5764443f268b296bb671b9d97
geometry_msgs/PoseStamped d3812c3cbc69362b77dc0b19b345f8f5
geometry_msgs/PoseWithCovariance c23e848cf1b7533a8d7c259073a97e6f
geometry_msgs/PoseWithCovarianceStamped 953b798c0f514ff060a53a3498ce6246
geometry_msgs/Quaternion a779879fadf0160734f906b8c19c7004
geometry_msgs/QuaternionStamped e57f1e547e0e1fd13504588ffc8334e2
geometry_msgs/Transform ac9eff44abf714214112b05d54a3cf9b
geometry_msgs/TransformStamped b5764a33bfeb3588febc2682852579b0
geometry_msgs/Twist 9f195f881246fdfa2798d1d3eebca84a
geometry_msgs/TwistStamped 98d34b0043a2093cf9d9345ab6eef12e
geometry_msgs/TwistWithCovariance 1fe8a28e6890a4cc3ae4c3ca5c7d82e6
geometry_msgs/TwistWithCovarianceStamped 8927a1a12fb2607ceea095b2dc440a96
geometry_msgs/Vector3 4a842b65f413084dc2b10fb484ea7f17
geometry_msgs/Vector3Stamped 7b324c7325e683bf02a9b14b01090ec7
geometry_msgs/Wrench 4f539cf138b23283b520fd271b567936
geometry_msgs/WrenchStamped d78d3cb249ce23087ade7e7d0c40cfa7
nav_msgs/GridCells b9e4f5df6d28e272ebde00a3994830f5
nav_msgs/MapMetaData 10cfc8a2818024d3248802c00c95f11b
nav_msgs/OccupancyGrid 3381f2d731d4076ec5c71b0759edbe4e
nav_msgs/Odometry cd5e73d190d741a2f92e81eda573aca7
nav_msgs/Path 6227e2b7e9cce15051f669a5e197bbf7
rosgraph_msgs/Clock a9c97c1d230cfc112e270351a944ee47
rosgraph_msgs/Log acffd30cd6b6de30f120938c17c593fb
rosgraph_msgs/TopicStatistics 10152ed868c5097a5e2e4a89d7daa710
sensor_msgs/BatteryState 4ddae7f048e32fda22cac764685e3974
sensor_msgs/CameraInfo c9a58c1b0b154e0e6da7578cb991d214
sensor_msgs/ChannelFloat32 3d40139cdd33dfedcb71ffeeeb42ae7f
sensor_msgs/CompressedImage 8f7a12909da2c9d3332d540a0977563f
sensor_msgs/FluidPressure 804dc5cea1c5306d6a2eb80b9833befe
sensor_msgs/Illuminance 8cf5febb0952fca9d650c3d11a81a188
sensor_msgs/Image 060021388200f6f0f447d0fcd9c64743
sensor_msgs/Imu 6a62c6daae103f4ff57a132d6f95cec2
sensor_msgs/JointState 3066dcd76a6cfaef579bd0f34173e9fd
sensor_msgs/Joy 5a9ea5f83505693b71e785041e67a8bb
sensor_msgs/JoyFeedback f4dcd73460360d98f36e55ee7f2e46f1
sensor_msgs/JoyFeedbackArray cde5730a895b1fc4dee6f91b754b213d
sensor_msgs/LaserEcho 8bc5ae449b200fba4d552b4225586696
sensor_msgs/LaserScan 90c7ef2dc6895d81024acba2ac42f369
sensor_msgs/MagneticField 2f3b0b43eed0c9501de0fa3ff89a45aa
sensor_msgs/MultiDOFJointState 690f272f0640d2631c305eeb8301e59d
sensor_msgs/MultiEchoLaserScan 6fefb0c6da89d7c8abe4b339f5c2f8fb
sensor_msgs/NavSatFix 2d3a8cd499b9b4a0249fb98fd05cfa48
sensor_msgs/NavSatStatus 331cdbddfa4bc96ffc3b9ad98900a54c
sensor_msgs/PointCloud d8e9c3f5afbdd8a130fd1d2763945fca
sensor_msgs/PointCloud2 1158d486dd51d683ce2f1be655c3c181
sensor_msgs/PointField 268eacb2962780ceac86cbd17e328150
sensor_msgs/Range c005c34273dc426c67a020a87bc24148
sensor_msgs/RegionOfInterest bdb633039d588fcccb441a4d43ccfe09
sensor_msgs/RelativeHumidity 8730015b05955b7e992ce29a2678d90f
sensor_msgs/Temperature ff71b307acdbe7c871a5a6d7ed359100
sensor_msgs/TimeReference fded64a0265108ba86c3d38fb11c0c16
std_msgs/Bool 8b94c1b53db61fb6aed406028ad6332a
std_msgs/Byte ad736a2e8818154c487bb80fe42ce43b
std_msgs/ByteMultiArray 70ea476cbcfd65ac2f68f3cda1e891fe
std_msgs/Char 1bf77f25acecdedba0e224b162199717
std_msgs/ColorRGBA a29a96539573343b1310c73607334b00
std_msgs/Duration 3e286caf4241d664e55f3ad380e2ae46
std_msgs/Empty d41d8cd98f00b204e9800998ecf8427e
std_msgs/Float32 73fcbf46b49191e672908e50842a83d4
std_msgs/Float32MultiArray 6a40e0ffa6a17a503ac3f8616991b1f6
std_msgs/Float64 fdb28210bfa9d7c91146260178d9a584
std_msgs/Float64MultiArray 4b7d974086d4060e7db4613a7e6c3ba4
std_msgs/Header 2176decaecbce78abc3b96ef049fabed
std_msgs/Int16 8524586e34fbd7cb1c08c5f5f1ca0e57
std_msgs/Int16MultiArray d9338d7f523fcb692fae9d0a0e9f067c
std_msgs/Int32 da5909fbe378aeaf85e547e830cc1bb7
std_msgs/Int32MultiArray 1d99f79f8b325b44fee908053e9c945b
std_msgs/Int64 34add168574510e6e17f5d23ecc077ef
std_msgs/Int64MultiArray 54865aa6c65be0448113a2afc6a49270
std_msgs/Int8 27ffa0c9c4b8fb8492252bcad9e5c57b
std_msgs/Int8MultiArray d7c1af35a1b4781bbe79e03dd94b7c13
std_msgs/MultiArrayDimension 4cd0c83a8683deae40ecdac60e53bfa8
std_msgs/MultiArrayLayout 0fed2a11c13e11c5571b4e2a995a91a3
std_msgs/String 992ce8a1687cec8c8bd883ec73ca41d1
std_msgs/Time cd7166c74c552c311fbcc2fe5a7bc289
std_msgs/UInt16 1df79edf208b629fe6b81923a544552d
std_msgs/UInt16MultiArray 52f264f1c973c4b73790d384c6cb4484
std_msgs/UInt32 304a39449588c7f8ce2df6e8001c5fce
std_msgs/UInt32MultiArray 4d6a180abc9be191b96a7eda6c8a233d
std_msgs/UInt64 1b2a79973e8bf53d7b53acb71299cb57
std_msgs/UInt64MultiArray 6088f127afb1d6c72927aa1247e945af
std_msgs/UInt8 7c8164229e7d2c17eb95e9231617fdee
std_msgs/UInt8MultiArray 82373f1612381bb6ee473b5cd6f5d89c
tf2_msgs/TF2Error bc6848fd6fd750c92e38575618a4917d
tf2_msgs/TFMessage 94810edda583a504dfda3829e70d7eec
`;

const known = MD5SUMS.trim()
  .split("\n")
  .map((line) => line.split(" ") as [string, string]);

test("the checksum of every standard ROS 1 type is the original's", () => {
  expect(known.map(([name]) => name)).toEqual(wellKnownRosTypes("ros1"));
  for (const [name, md5] of known) expect([name, ros1Md5(wellKnownRosText(name, "ros1")!, name)]).toEqual([name, md5]);
});

describe.for(["ros1", "ros2"] as const)("%s", (dialect) => {
  test.for(wellKnownRosTypes(dialect))("%s resolves with everything it refers to", (name) => {
    const parse = dialect === "ros1" ? parseRos1 : parseRos2;
    expect(parse(wellKnownRosText(name, dialect)!, name).kind).toBe("struct");
  });
});

test("ROS 2's header has no sequence number and its quaternion starts at identity", () => {
  const header = parseRos2(wellKnownRosText("std_msgs/Header", "ros2")!, "std_msgs/msg/Header");
  expect(header.fields.map(({ name }) => name)).toEqual(["stamp", "frame_id"]);
  const quaternion = parseRos2(wellKnownRosText("geometry_msgs/Quaternion", "ros2")!, "geometry_msgs/msg/Quaternion");
  expect(quaternion.fields.map(({ defaultValue }) => defaultValue)).toEqual([0, 0, 0, 1]);
});
