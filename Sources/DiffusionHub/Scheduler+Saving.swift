import HubCache
public import HubModel
public import Schedulers

extension Scheduler {
  /// Writes the configuration into a directory, as `scheduler_config.json` (`save_pretrained`).
  ///
  /// The bytes are those that `diffusers` writes, but for the version it names; keys that the class does not know are
  /// written back. At every moment the old or the whole new file is there.
  ///
  /// - Parameter directory: Where; made if it is not there.
  /// - Returns: The path of the file.
  /// - Throws: `diskFull`, `permission`, `readOnly`, and `system` for other failures of the disk.
  @discardableResult
  public func savePretrained(to directory: String) throws(HubError) -> String {
    let path = "\(directory)/\(SchedulerConfig.fileName)"
    do throws(HubError) {
      try Disk.replace(path, with: config.encoded())
    } catch {
      guard case .cache(let path, let reason) = error.problem else { throw error }
      throw HubError(.configuration(source: path, reason: reason), cause: error)
    }
    return path
  }
}
