namespace Cloud.Functions.Hosting;

/// <summary>Says who may call an HTTP function.</summary>
interface IAuthorization
{
    /// <returns>Null when the call may pass, else why not: for the log, never for the caller.</returns>
    ValueTask<string?> RefusalAsync(HttpRequest request, CancellationToken cancel);
}
