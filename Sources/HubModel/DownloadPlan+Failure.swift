extension DownloadPlan.Failure {
  /// The same failure in the terms of errors.
  ///
  /// - Parameters:
  ///   - file: The file that cannot be had.
  ///   - mode: Why the hub was not asked, where it was not.
  public func problem(of file: RepositoryPath, mode: HubError.OfflineMode) -> HubError.Problem {
    switch self {
    case .notCached: .notCached(files: [file.text], mode: mode)
    case .damaged(let reason): .cache(path: file.text, reason: reason + "; fetch it again online")
    case .noSuchFile: .entryNotFound
    case .noSuchRevision: .revisionNotFound
    case .refused(let problem), .unreachable(let problem): problem
    case .cannotForce:
      .invalidArgument(
        name: "option", value: "force_download", reason: "a fresh copy cannot be had without asking the hub")
    }
  }
}
