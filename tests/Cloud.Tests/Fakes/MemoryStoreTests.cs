using Cloud.Store.Ports;
using Cloud.Tests.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>The fakes keep the contract that the real adapters keep.</summary>
public sealed class MemoryRowsTests : RowsSuite
{
    protected override ValueTask<IRows> OpenAsync() => ValueTask.FromResult<IRows>(new MemoryRows());
}

public sealed class MemoryRowRangesTests : RowRangesSuite
{
    protected override ValueTask<IRows> OpenAsync() => ValueTask.FromResult<IRows>(new MemoryRows());
}

public sealed class MemoryRowRacesTests : RowRacesSuite
{
    protected override ValueTask<IRows> OpenAsync() => ValueTask.FromResult<IRows>(new MemoryRows());
}

public sealed class MemoryBlobsTests : BlobsSuite
{
    protected override ValueTask<IBlobs> OpenAsync() => ValueTask.FromResult<IBlobs>(new MemoryBlobs());
}

public sealed class MemoryQueuesTests : QueuesSuite
{
    readonly ManualClock clock = new();

    protected override ValueTask<IQueues> OpenAsync() => ValueTask.FromResult<IQueues>(new MemoryQueues(clock));

    protected override ValueTask AdvanceAsync(TimeSpan time)
    {
        clock.Advance(time);
        return ValueTask.CompletedTask;
    }
}
