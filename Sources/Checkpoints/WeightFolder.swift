import Foundation
import HubCache
public import HubModel
import PythonJSON

/// A plan for a folder, carried out: the files to push, converted ones in a folder of their own.
public struct WeightFolder: Sendable {
  /// A file to push.
  public struct File: Sendable, Hashable {
    /// Where it is on the disk.
    public let path: String
    /// Its path in the repository.
    public let target: RepositoryPath
  }

  /// The files to push, in the order of the plan.
  public let files: [File]
  /// The names that conversions left out, by the path of the converted file: name left out, name of the same tensor.
  public let duplicates: [RepositoryPath: [String: String]]

  /// The plan for some files of a folder: looks into those that may be checkpoints of PyTorch.
  ///
  /// - Throws: ``HubError`` as ``WeightPlan/init(files:options:isCheckpoint:)`` does, and those of the disk.
  public static func plan(
    folder: String, files: [RepositoryPath], options: WeightOptions = WeightOptions()
  ) throws(HubError) -> WeightPlan {
    try WeightPlan(files: files, options: options) { file throws(HubError) in
      try isCheckpoint("\(folder)/\(file.text)", isNamedSo: WeightName(file.lastComponent)?.takesVariant ?? false)
    }
  }

  /// Carries out a plan.
  ///
  /// Converted and rewritten files are made in `workspace`, under their paths in the repository; it belongs to the
  /// caller, who removes it when the push is over. The folder itself is only read.
  ///
  /// - Throws: ``HubError``: what ``TorchCheckpoint`` and ``CheckpointConversion`` throw, `checkpoint` for an index that
  ///   does not fit its shards, and those of the disk. What was made until then stays in the workspace.
  public init(_ plan: WeightPlan, folder: String, workspace: String) throws(HubError) {
    var (files, shards): ([File], [RepositoryPath: SafetensorsShard]) = ([], [:])
    for step in plan.steps {
      switch step.action {
      case .omit, .rewriteIndex: continue
      case .keep, .rename: files.append(File(path: "\(folder)/\(step.source.text)", target: step.target))
      case .convert:
        let conversion = try CheckpointConversion(TorchCheckpoint(opening: "\(folder)/\(step.source.text)"))
        let path = "\(workspace)/\(step.target.text)"
        try conversion.write(to: path)
        shards[step.source] = SafetensorsShard(conversion)
        files.append(File(path: path, target: step.target))
      }
    }
    for step in plan.steps where step.action == .rewriteIndex {
      let path = "\(workspace)/\(step.target.text)"
      try ShardIndex(step.source, in: folder).write(to: path, plan, shards)
      files.append(File(path: path, target: step.target))
    }
    self.files = files
    duplicates = Dictionary(
      uniqueKeysWithValues: plan.steps.compactMap { step in
        shards[step.source].flatMap { $0.duplicates.isEmpty ? nil : (step.target, $0.duplicates) }
      })
  }

  /// Whether a file is torch's by its first bytes; one that only has its name is taken for it too, and refused later.
  private static func isCheckpoint(_ path: String, isNamedSo: Bool) throws(HubError) -> Bool {
    if isNamedSo { return true }
    let start = try openForReading(path).read(at: 0, count: 4)
    return start == [0x50, 0x4B, 3, 4] || (start.first == 0x80 && start.count > 1 && (2...5).contains(start[1]))
  }
}

/// What a conversion made of a shard.
struct SafetensorsShard {
  let names: Set<[UInt8]>
  let byteCount: Int
  let duplicates: [String: String]

  init(_ conversion: CheckpointConversion) {
    names = Set(conversion.tensors.map { Array($0.name.utf8) })
    byteCount = conversion.tensors.reduce(0) { $0 + $1.byteCount }
    duplicates = conversion.duplicates
  }
}
