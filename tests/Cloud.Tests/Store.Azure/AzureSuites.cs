using Cloud.Store.Ports;
using Cloud.Tests.Store.Ports;

namespace Cloud.Tests.Store.Azure;

[Collection(AzuriteFixture.Collection)]
public sealed class AzureRowsTests(AzuriteFixture azurite) : RowsSuite
{
    protected override ValueTask<IRows> OpenAsync() => new(azurite.Store.Rows);
}

[Collection(AzuriteFixture.Collection)]
public sealed class AzureRowRangesTests(AzuriteFixture azurite) : RowRangesSuite
{
    protected override ValueTask<IRows> OpenAsync() => new(azurite.Store.Rows);
}

[Collection(AzuriteFixture.Collection)]
public sealed class AzureRowRacesTests(AzuriteFixture azurite) : RowRacesSuite
{
    protected override ValueTask<IRows> OpenAsync() => new(azurite.Store.Rows);
}

[Collection(AzuriteFixture.Collection)]
public sealed class AzureBlobsTests(AzuriteFixture azurite) : BlobsSuite
{
    protected override ValueTask<IBlobs> OpenAsync() => new(azurite.Store.Blobs);
}

[Collection(AzuriteFixture.Collection)]
public sealed class AzureQueuesTests(AzuriteFixture azurite) : QueuesSuite
{
    protected override ValueTask<IQueues> OpenAsync() => new(azurite.Store.Queues);

    /// <remarks>The emulator's clock cannot be turned.</remarks>
    protected override async ValueTask AdvanceAsync(TimeSpan time) =>
        await Task.Delay(time + TimeSpan.FromMilliseconds(200));
}
