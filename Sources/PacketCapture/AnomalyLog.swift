/// The anomalies of one capture: all are counted, the first ones kept.
struct AnomalyLog {
  private(set) var first: [CaptureAnomaly] = []
  private(set) var count: UInt64 = 0

  mutating func append(_ anomaly: CaptureAnomaly) {
    if anomaly.reason == .cancelled { return }
    count += 1
    if first.count < CaptureReaderLimits.anomalies { first.append(anomaly) }
  }
}
