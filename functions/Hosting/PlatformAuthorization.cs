namespace Cloud.Functions.Hosting;

/// <summary>Lets everything pass: function.json's <c>authLevel: function</c> had the platform ask for a key.</summary>
sealed class PlatformAuthorization : IAuthorization
{
    public string Challenge => KeyAuthorization.KeyChallenge;

    public ValueTask<CallerRefusal?> RefusalAsync(HttpRequest request, CancellationToken cancel) =>
        new((CallerRefusal?)null);
}
