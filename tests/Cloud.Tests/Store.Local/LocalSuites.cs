using Cloud.Store.Ports;
using Cloud.Tests.Store.Ports;

namespace Cloud.Tests.Store.Local;

public sealed class LocalRowsTests : RowsSuite
{
    readonly LocalDirectory directory = new();

    protected override async ValueTask<IRows> OpenAsync() => (await directory.OpenAsync()).Rows;

    protected override ValueTask CloseAsync() => directory.DisposeAsync();
}

public sealed class LocalRowRangesTests : RowRangesSuite
{
    readonly LocalDirectory directory = new();

    protected override async ValueTask<IRows> OpenAsync() => (await directory.OpenAsync()).Rows;

    protected override ValueTask CloseAsync() => directory.DisposeAsync();
}

public sealed class LocalRowRacesTests : RowRacesSuite
{
    readonly LocalDirectory directory = new();

    protected override async ValueTask<IRows> OpenAsync() => (await directory.OpenAsync()).Rows;

    protected override ValueTask CloseAsync() => directory.DisposeAsync();
}

public sealed class LocalBlobsTests : BlobsSuite
{
    readonly LocalDirectory directory = new();

    protected override async ValueTask<IBlobs> OpenAsync() => (await directory.OpenAsync()).Blobs;

    protected override ValueTask CloseAsync() => directory.DisposeAsync();
}

public sealed class LocalQueuesTests : QueuesSuite
{
    readonly LocalDirectory directory = new();

    protected override async ValueTask<IQueues> OpenAsync() => (await directory.OpenAsync()).Queues;

    protected override ValueTask AdvanceAsync(TimeSpan time)
    {
        directory.Clock.Turn(time);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask CloseAsync() => directory.DisposeAsync();
}
