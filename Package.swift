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
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
/// What Hummingbird is made of, where its own interface speaks of it.
let hummingbirdParts: [Target.Dependency] = [
  .product(name: "HummingbirdCore", package: "hummingbird"), .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "HTTPTypes", package: "swift-http-types"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
]
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
    // Safetensors files, and the conversion of PyTorch's checkpoints.
    .library(name: "Checkpoints", targets: ["Checkpoints"]),
    .executable(name: "dhub", targets: ["dhub"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // The numerics: pure.
    module("PythonJSON"),
    .target(name: "CKernels"),
    module("Scheduling", ["CKernels"]),
    module("Schedulers", ["Scheduling", "PythonJSON"]),

    // The hub: values first, then one module per dependency.
    module("HubModel"),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
    .target(name: "CProcess"),
    .target(name: "CLooseObjects", dependencies: ["CGit2", "CZlib"]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    module("HubTransport", ["HubModel", "CCurl", logging]),
    module("HubCache", ["HubModel", "PythonJSON", crypto]),
    module("Checkpoints", ["HubModel", "HubCache", "PythonJSON"]),
    module("CacheIndex", ["HubCache", "HubModel", "PythonJSON", grdb]),
    module("HubCredentials", ["HubModel"]),
    module("HubGit", ["HubModel", "CGit2", "CLooseObjects", crypto]),
    module("LFSClient", ["HubModel", "HubTransport", "HubCache"]),
    module("GitClient", ["HubModel", "HubTransport", "HubCache", "HubGit", crypto]),
    module(
      "Hub",
      [
        "HubModel", "HubTransport", "HubCache", "CacheIndex", "HubCredentials", "LFSClient", "GitClient", "HubGit",
        "Checkpoints",
        logging,
      ]),
    module(
      "HubServer",
      [
        "HubModel", "HubGit", "CProcess", "CZlib", "Schedulers", "Scheduling", "PythonJSON", hummingbird, logging,
        crypto, grdb, yams,
      ]
        + hummingbirdParts),

    // Where the halves meet.
    module(
      "DiffusionHub", ["Hub", "HubModel", "HubCache", "HubCredentials", "Schedulers", "Scheduling", "PythonJSON"]),
    .executableTarget(
      name: "dhub",
      dependencies: [
        "DiffusionHub", "Hub", "HubModel", "HubTransport", "HubCache", "CacheIndex", "HubCredentials", "HubGit",
        "Checkpoints",
        "HubServer", "Schedulers", "Scheduling", "PythonJSON", argumentParser, logging,
      ],
      // In the binary itself, so that an installed dhub has them; links to fixtures/configs.
      resources: [.embedInCode("Resources/sdxl.json")],
      swiftSettings: settings),

    .target(name: "TestSupport", dependencies: ["HubModel"], path: "Tests/TestSupport", swiftSettings: settings),
    // Counts allocations, where they are a promise.
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .target(
      name: "HubTestSupport", dependencies: ["TestSupport", "HubModel", "HubGit", "HubServer", logging, crypto],
      path: "Tests/HubTestSupport", swiftSettings: settings),
    tests("PythonJSON"),
    tests("Scheduling", ["PythonJSON"]),
    tests("Schedulers", ["Scheduling", "PythonJSON", "CAllocations"]),
    tests("HubModel"),
    tests("HubTransport", ["HubModel"]),
    tests("HubCache", ["HubModel"]),
    tests("Checkpoints", ["HubModel", "PythonJSON"]),
    tests("CacheIndex", ["HubCache", "HubModel", "PythonJSON"]),
    tests("HubCredentials", ["HubModel"]),
    tests("HubGit", ["HubModel"]),
    tests("GitClient", ["HubModel", "HubTransport", "HubGit", logging]),
    tests("LFSClient", ["HubModel", "HubTransport"]),
    tests("Hub", ["HubModel", "HubCache", "HubTransport", "HubCredentials", "HubGit"]),
    tests("HubServer", ["HubTestSupport", "HubModel", "HubGit", "HubTransport", crypto]),
    tests("DiffusionHub", ["HubTestSupport", "Hub", "HubModel", "HubCache", "HubServer", "Schedulers", "Scheduling"]),
    // What `make bench` measures in process; no product.
    .executableTarget(
      name: "benchmarks", dependencies: ["DiffusionHub", "CAllocations"], path: "Tests/Benchmarks",
      swiftSettings: settings),
    // Whole programs: dhub itself with the real Python clients, git and nginx.
    .testTarget(
      name: "EndToEndTests", dependencies: ["TestSupport", "HubTestSupport", "HubGit", "HubModel"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
