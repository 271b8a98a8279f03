/// What the packets of a run say beside its flows: names from DNS answers, and pods that captures name.
///
/// Make one, hand it to ``CaptureRun/run(services:knownServers:observations:progress:sink:)``, and read it in the sink: it then
/// holds what was seen in every packet up to the one that made the run hand out the flow, which are all packets of the
/// flow and all before them. Afterwards it holds what the whole run saw. For one thread.
public final class CaptureObservations {
  private enum State {
    case running(CaptureMerge)
    case finished(names: DNSObservations, pods: PodObservations, captures: [CaptureSummary])
  }

  private var state = State.finished(
    names: DNSObservations(), pods: PodObservations(), captures: [])
  private var lastRevision = 0

  public init() {}

  /// Which names led to which addresses. Do not keep a copy while the run goes on: it would be copied as a whole when
  /// the next answer is seen.
  public var names: DNSObservations {
    switch state {
    case .running(let merge): merge.answers
    case .finished(let names, _, _): names
    }
  }

  /// Pods that interfaces' descriptions or packets' comments name.
  ///
  /// - Complexity: linear in these pods and their addresses; see ``revision``.
  public var pods: PodObservations {
    switch state {
    case .running(let merge): merge.pods
    case .finished(_, let pods, _): pods
    }
  }

  /// ``names`` and ``pods`` stay the same while this does.
  public var revision: Int {
    if case .running(let merge) = state { merge.revision } else { lastRevision }
  }

  /// The captures, in the order of the run's paths; empty until all packets are read, since how far a capture is read
  /// ahead depends on the number of threads.
  public var captures: [CaptureSummary] {
    switch state {
    case .running: []
    case .finished(_, _, let captures): captures
    }
  }

  func start(_ merge: CaptureMerge) { state = .running(merge) }

  /// Takes what there is when all packets are read, and lets go of the captures; flows may still come.
  func finish(_ merge: CaptureMerge) {
    lastRevision = merge.revision
    state = .finished(names: merge.answers, pods: merge.pods, captures: merge.summaries)
  }
}
