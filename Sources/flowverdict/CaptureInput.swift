import ArgumentParser
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
    observations: CaptureObservations? = nil, sink: @escaping (Flow) -> Void
  ) throws -> CaptureAccount {
    Interruption.noteSignals()
    let progressLine = ProgressLine(isQuiet: isQuiet)
    do throws(CaptureRunError) {
      let summary = try CaptureRun(paths: paths).run(
        services: services, knownServers: knownServers, observations: observations,
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
  /// Ends a command whose captures were not read in full: the reports have what there is, standard error says why not
  /// more.
  /// - Throws: what the command ends with; nothing where all was read.
  func throwIfIncomplete() throws {
    if exitCode == Exit.failure {
      let problems =
        captures.flatMap { capture in capture.problems.map { "\(capture.file): \($0)" } }
        + packetsWithoutFlow.filter { $0.mayHideFlows && $0.count > 0 }.map { item in
          let place = item.firstPlace.map { ", first \($0)" } ?? ""
          return "packets without a flow: \(item.count) (\(item.reason)\(place))"
        }
      throw CommandFailure(
        "the result is incomplete: " + (problems.first ?? "a capture was not read in full")
          + (problems.count > 1 ? "; and \(problems.count - 1) more" : ""))
    }
    if exitCode != Exit.success { throw ExitCode(exitCode) }
  }

  /// The exit code that the reading alone asks for.
  var exitCode: Int32 {
    isInterrupted ? Exit.interrupted : isComplete ? Exit.success : Exit.failure
  }
}
