// swift-tools-version: 6.2
import PackageDescription

/// The toolchain's next defaults, adopted now: explicit existentials, imports that stay internal unless they are part of
/// an interface, and members found only through what a file imports itself.
///
/// `WARNINGS_AS_ERRORS` is set by `.ci/run`: a package that depends on this one must not fail on a warning of a newer
/// compiler.
let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ] + (Context.environment["WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// A module of ours, in its own folder of `Sources`.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one module.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies, swiftSettings: settings)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "diffusion-hub",
  platforms: [.macOS(.v15)],
  products: [
    // Without a C library: the numerics and the schedulers' configurations.
    .library(name: "Schedulers", targets: ["Scheduling", "Schedulers"]),
    // What most users import: schedulers by repository id.
    .library(name: "DiffusionHub", targets: ["DiffusionHub"]),
    .library(name: "HubServer", targets: ["HubServer"]),
    .executable(name: "dhub", targets: ["dhub"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  ],
  targets: [
    // The numerics: pure.
    module("PythonJSON"),
    .target(name: "CNoise"),
    module("Scheduling", ["CNoise"]),
    module("Schedulers", ["Scheduling", "PythonJSON"]),

    // The hub: values first, then one module per dependency.
    module("HubModel"),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
    module("HubTransport", ["HubModel", "CCurl", logging]),
    module("HubCache", ["HubModel", crypto]),
    module("CacheIndex", ["HubCache", "HubModel", "PythonJSON", grdb]),
    module("HubCredentials", ["HubModel"]),
    module("HubGit", ["HubModel", "CGit2"]),
    module(
      "Hub", ["HubModel", "HubTransport", "HubCache", "CacheIndex", "HubCredentials", logging]),
    module("HubServer", ["HubModel", "HubGit", hummingbird, logging, crypto]),

    // Where the halves meet.
    module(
      "DiffusionHub", ["Hub", "HubModel", "HubCache", "HubCredentials", "Schedulers", "Scheduling", "PythonJSON"]),
    .executableTarget(
      name: "dhub",
      dependencies: [
        "DiffusionHub", "Hub", "HubModel", "HubCache", "CacheIndex", "HubCredentials", "HubGit", "HubServer",
        "Schedulers", "Scheduling", "PythonJSON", argumentParser, logging,
      ],
      swiftSettings: settings),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    tests("PythonJSON"),
    tests("Scheduling", ["PythonJSON"]),
    tests("Schedulers", ["Scheduling", "PythonJSON"]),
    tests("HubModel"),
    tests("HubTransport", ["HubModel"]),
    tests("HubCache", ["HubModel"]),
    tests("CacheIndex", ["HubCache", "HubModel"]),
    tests("HubCredentials", ["HubModel"]),
    tests("HubGit", ["HubModel"]),
    tests("Hub", ["HubModel", "HubCache", "HubTransport", "HubCredentials"]),
    tests("HubServer", ["HubModel", "HubGit"]),
    tests("DiffusionHub", ["Hub", "HubModel", "HubCache", "HubServer", "Schedulers", "Scheduling"]),
    // Whole programs: dhub itself with the real Python clients, git and nginx.
    .testTarget(name: "EndToEndTests", dependencies: ["TestSupport"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
