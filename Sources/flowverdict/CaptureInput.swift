import FlowAudit
import FlowTracking

/// Reads the captures that a command names, with progress and SIGINT.
struct CaptureInput {
  var paths: [String]
  var isQuiet: Bool

  /// Hands every flow to `sink`.
  /// - Throws: ``CommandFailure`` where a capture cannot be opened.
  func run(
    services: ServiceTranslation = .none, knownServers: KnownServers = KnownServers(),
    sink: @escaping (Flow) -> Void
  ) throws -> CaptureAccount {
    Interruption.noteSignals()
    let progressLine = ProgressLine(isQuiet: isQuiet)
    do throws(CaptureRunError) {
      let summary = try CaptureRun(paths: paths).run(
        services: services, knownServers: knownServers,
        progress: { progress in
          progressLine.update(
            packets: progress.packetCount, bytes: progress.byteCount,
            totalBytes: progress.totalByteCount)
          return !Interruption.isRequested
        }, sink: sink)
      progressLine.clear()
      var account = CaptureAccount(summary)
      account.isInterrupted = account.isInterrupted || Interruption.isRequested
      return account
    } catch {
      progressLine.clear()
      throw CommandFailure("\(error)")
    }
  }
}

extension CaptureAccount {
  /// The exit code that the reading alone asks for.
  var exitCode: Int32 {
    isInterrupted ? Exit.interrupted : isComplete ? Exit.success : Exit.failure
  }
}
