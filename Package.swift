// swift-tools-version: 6.2

import PackageDescription

/// Settings of every Swift target: strict memory safety, and warnings are errors.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

let package = Package(
  name: "flowverdict",
  products: [
    .executable(name: "flowverdict", targets: ["flowverdict"]),
    .library(
      name: "FlowVerdict",
      targets: [
        "NetworkTypes", "ClusterModel", "Manifests", "PolicyReference", "LookupTable",
        "PolicyCompilation", "PacketCapture", "PacketDecode", "FlowTracking", "FlowAudit",
        "Reports",
      ]),
    .library(name: "SyntheticCluster", targets: ["SyntheticCluster"]),
    .library(name: "Measurement", targets: ["Measurement"]),
    .library(name: "BenchmarkRuns", targets: ["BenchmarkRuns"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CShims"),

    module("NetworkTypes"),
    module("ClusterModel", ["NetworkTypes"]),
    module("Manifests", ["ClusterModel", .product(name: "Yams", package: "Yams")]),
    module("PolicyReference", ["ClusterModel"]),
    module("LookupTable", ["NetworkTypes", "CShims"]),
    module("PolicyCompilation", ["ClusterModel", "LookupTable"]),
    module("PacketCapture", ["NetworkTypes", "CPcap", "CShims", "CZlib", "CZstd"]),
    module("PacketDecode", ["NetworkTypes", "CShims"]),
    module("FlowTracking", ["NetworkTypes", "PacketCapture", "PacketDecode", "CShims"]),
    module(
      "FlowAudit",
      [
        "ClusterModel", "Manifests", "PolicyCompilation", "LookupTable", "PacketCapture",
        "PacketDecode", "FlowTracking",
      ]),
    module("Reports", ["FlowAudit"]),
    module("SyntheticCluster", ["ClusterModel"]),
    .target(name: "CMeasurement"),
    module(
      "Measurement",
      [
        "CMeasurement", "LookupTable", "ClusterModel", "FlowAudit",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ]),
    module("BenchmarkRuns"),
    .executableTarget(
      name: "flowverdict",
      dependencies: [
        "FlowAudit", "Reports", "PolicyReference", "Measurement", "SyntheticCluster", "CShims",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),

    .target(
      name: "TestSupport",
      dependencies: ["ClusterModel", "Manifests", .product(name: "Yams", package: "Yams")],
      path: "Tests/TestSupport", swiftSettings: settings),
    tests("NetworkTypesTests", ["NetworkTypes"]),
    tests("ManifestsTests", ["Manifests"]),
    tests("PolicyReferenceTests", ["PolicyReference", "Manifests"]),
    tests("LookupTableTests", ["LookupTable"]),
    tests("PolicyCompilationTests", ["PolicyCompilation", "PolicyReference", "LookupTable"]),
    tests("PacketCaptureTests", ["PacketCapture"]),
    tests("PacketDecodeTests", ["PacketDecode", "PacketCapture"]),
    tests("FlowTrackingTests", ["FlowTracking", "PacketCapture"]),
    tests("FlowAuditTests", ["FlowAudit"]),
    tests("ReportsTests", ["Reports"]),
    tests("ConformanceTests", ["PolicyReference", "PolicyCompilation", "Manifests"]),
    tests("DifferentialTests", ["PolicyReference", "PolicyCompilation", "LookupTable"]),
    tests("CommandTests", ["flowverdict", "SyntheticCluster"]),
    tests("SyntheticClusterTests", ["SyntheticCluster", "PolicyCompilation", "PolicyReference"]),
    tests("BenchmarkRunsTests", ["BenchmarkRuns"]),
    tests("MeasurementTests", ["Measurement", "SyntheticCluster", "PolicyCompilation"]),
  ]
)
