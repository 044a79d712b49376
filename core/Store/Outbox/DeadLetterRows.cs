using Cloud.Store.Ports;

namespace Cloud.Store.Outbox;

/// <summary>Table <c>deadletters</c>, partition <c>outbound</c>: a row a task, named in order of time.</summary>
static class DeadLetterRows
{
    public const string Table = "deadletters";

    public const string Partition = "outbound";

    public static RowRange All => RowRange.All(Partition);
}
