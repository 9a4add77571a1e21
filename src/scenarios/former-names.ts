// The tests from which scenarios come, by the names that they have where they come from: whoever
// knows one by such a name finds what stands for it here.

const CONSISTENCY = [
  "orch-task-read-after-write",
  "orch-vm-read-after-write",
  "orch-eventual-consistency-timing",
  "orch-concurrent-writes",
  "orch-linearizability",
  "orch-state-verification",
];

const PARTITIONS = [
  "orch-basic-network-partition",
  "orch-split-brain-prevention",
  "orch-partition-healing-reconciliation",
  "orch-partition-leader-election",
  "orch-concurrent-writes-during-partition",
  "orch-cascading-partition-failures",
];

const PERFORMANCE = [
  "orch-bench-replication-latency",
  "orch-bench-throughput",
  "orch-bench-snapshot-transfer",
  "orch-bench-operation-latency",
  "orch-bench-sustained-load",
];

const EDGE_CASES = [
  "orch-large-state-transfer",
  "orch-rapid-leader-changes-during-writes",
  "orch-extreme-concurrency",
  "orch-memory-pressure",
  "orch-failure-recovery",
  "orch-malformed-requests",
];

const ELECTIONS = [
  "raft-initial-election",
  "raft-leader-crash-reelection",
  "raft-leader-isolation-reelection",
  "raft-majority-required",
  "raft-rapid-leader-changes",
  "raft-election-timeout-profiles",
  "raft-simultaneous-failures",
  "raft-random-failures-property",
];

const REPLICATION = [
  "raft-basic-replication",
  "raft-follower-restart",
  "raft-follower-lag-catchup",
  "raft-replication-consistency",
  "raft-arbitrary-messages-property",
];

const RAFT_PARTITIONS = [
  "raft-majority-partition-leader",
  "raft-partition-heal-convergence",
  "raft-symmetric-partition",
  "raft-cascading-partitions",
  "raft-leader-in-minority",
  "raft-flapping-network",
];

const SYNC = [
  "bs-multi-node-sync",
  "bs-block-validation",
  "bs-state-sync-transactions",
  "bs-continuous-sync",
  "bs-data-access",
];

const OF_SUITES: Readonly<Record<string, readonly string[]>> = {
  test_leader_election: ELECTIONS,
  test_single_partition_replication: REPLICATION,
  test_network_partition: RAFT_PARTITIONS,
  distributed_storage: CONSISTENCY,
  distributed_storage_consistency_tests: CONSISTENCY,
  network_partition: PARTITIONS,
  network_partition_storage_tests: PARTITIONS,
  storage_performance: PERFORMANCE,
  storage_performance_benchmarks: PERFORMANCE,
  storage_edge_case: EDGE_CASES,
  storage_edge_case_tests: EDGE_CASES,
  data_sync_integration_test: SYNC,
};

const OF_TESTS: Readonly<Record<string, string>> = {
  test_initial_leader_election: "raft-initial-election",
  test_leader_crash_reelection: "raft-leader-crash-reelection",
  test_leader_isolation_reelection: "raft-leader-isolation-reelection",
  test_majority_required_for_election: "raft-majority-required",
  test_rapid_leader_changes: "raft-rapid-leader-changes",
  test_election_with_different_timeouts: "raft-election-timeout-profiles",
  test_simultaneous_node_failures: "raft-simultaneous-failures",
  test_cluster_survives_random_failures: "raft-random-failures-property",
  test_basic_replication_3_nodes: "raft-basic-replication",
  test_replication_after_follower_restart: "raft-follower-restart",
  test_replication_with_lag: "raft-follower-lag-catchup",
  test_replication_consistency: "raft-replication-consistency",
  test_arbitrary_message_replication: "raft-arbitrary-messages-property",
  test_majority_partition_elects_leader: "raft-majority-partition-leader",
  test_partition_healing_converges: "raft-partition-heal-convergence",
  test_symmetric_partition: "raft-symmetric-partition",
  test_cascading_partitions: "raft-cascading-partitions",
  test_partition_with_leader_in_minority: "raft-leader-in-minority",
  test_flapping_network: "raft-flapping-network",
  test_task_read_after_write_consistency: "orch-task-read-after-write",
  test_vm_read_after_write_consistency: "orch-vm-read-after-write",
  test_eventual_consistency_timing: "orch-eventual-consistency-timing",
  test_concurrent_writes_consistency: "orch-concurrent-writes",
  test_linearizability: "orch-linearizability",
  test_data_verification_across_nodes: "orch-state-verification",
  test_basic_network_partition: "orch-basic-network-partition",
  test_network_partition_behavior: "orch-basic-network-partition",
  test_split_brain_prevention: "orch-split-brain-prevention",
  test_partition_healing_reconciliation: "orch-partition-healing-reconciliation",
  test_partition_leader_election: "orch-partition-leader-election",
  test_concurrent_writes_during_partition: "orch-concurrent-writes-during-partition",
  test_cascading_partition_failures: "orch-cascading-partition-failures",
  benchmark_replication_latency_by_cluster_size: "orch-bench-replication-latency",
  benchmark_throughput_workloads: "orch-bench-throughput",
  benchmark_snapshot_transfer: "orch-bench-snapshot-transfer",
  benchmark_operation_latencies: "orch-bench-operation-latency",
  benchmark_sustained_load: "orch-bench-sustained-load",
  test_large_state_transfer: "orch-large-state-transfer",
  test_rapid_leader_changes_during_writes: "orch-rapid-leader-changes-during-writes",
  test_extreme_concurrency: "orch-extreme-concurrency",
  test_memory_pressure: "orch-memory-pressure",
  test_failure_recovery_scenarios: "orch-failure-recovery",
  test_extreme_request_handling: "orch-malformed-requests",
  test_single_node: "sq-single-node",
  test_multi_node_quorum: "sq-quorum-2-of-3",
  test_node_failure: "sq-3a-fail-before-confirm",
  test_multi_node_data_sync: "bs-multi-node-sync",
  test_block_validation_during_sync: "bs-block-validation",
  test_state_sync_with_transactions: "bs-state-sync-transactions",
  test_continuous_sync_during_block_production: "bs-continuous-sync",
  test_blockchain_data_access: "bs-data-access",
  test_subtensor_like_data_access: "bs-data-access",
  data_sync_demo: "bs-demo-eight-phases",
  treasury_extreme_stress_test: "tb-baseline-single-node",
  "test-consensus.sh": "tb-multi-node-consensus",
  "test-partition.sh": "tb-network-partition",
  "distributed-load-test.sh": "tb-distributed-load",
  multi_node_overlay_converges: "tb-cluster-startup",
  "run-cluster-tests.sh": "tb-cluster-startup",
  "cluster-health-check.sh": "tb-monitoring-health",
};

/** By the name of a test, or of a suite of them, the scenarios that stand for it. */
export const formerNames: ReadonlyMap<string, readonly string[]> = new Map([
  ...Object.entries(OF_SUITES),
  ...Object.entries(OF_TESTS).map(([test, scenario]) => [test, [scenario]] as const),
]);
