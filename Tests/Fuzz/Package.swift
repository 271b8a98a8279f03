// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

// A package of its own, so that the main one needs no fuzzer. Only Scripts/fuzz builds it, with the flags that instrument it
// and everything it depends on.
let package = Package(
  name: "flowverdict-fuzz",
  dependencies: [.package(name: "flowverdict", path: "../..")],
  targets: [
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "flowverdict-fuzz",
      dependencies: ["CFuzzer", .product(name: "FlowVerdict", package: "flowverdict")],
      swiftSettings: settings),
  ]
)
