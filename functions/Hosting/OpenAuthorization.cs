namespace Cloud.Functions.Hosting;

/// <summary>Lets everything pass: the function asks its callers itself who they are.</summary>
sealed class OpenAuthorization : IAuthorization
{
    public string Challenge => "Bearer";

    public ValueTask<CallerRefusal?> RefusalAsync(HttpRequest request, CancellationToken cancel) =>
        new((CallerRefusal?)null);
}
