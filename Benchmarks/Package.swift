// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

// A package of its own, so that the main one stays light; the main package's folder may have any name.
let package = Package(
  name: "flowverdict-benchmarks",
  dependencies: [
    .package(name: "flowverdict", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .target(name: "CPeerInterface"),
    .executableTarget(
      name: "flowverdict-benchmarks",
      dependencies: [
        "CPeerInterface",
        .product(name: "FlowVerdict", package: "flowverdict"),
        .product(name: "Measurement", package: "flowverdict"),
        .product(name: "BenchmarkRuns", package: "flowverdict"),
        .product(name: "SyntheticCluster", package: "flowverdict"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
  ]
)
