using System.Buffers.Text;
using System.Text;
using Cloud.Functions.Authorization;
using Cloud.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Functions.Authorization;

/// <summary>Callers without a good token harm nobody.</summary>
public sealed class HostileTokenTests
{
    readonly ManualClock clock = new();

    [Theory]
    [InlineData("{\"alg\":\"RS256\",\"kid\":\"\\ud800\"}")]
    [InlineData("{\"alg\":\"\\ud800\"}")]
    [InlineData("{\"alg\":\"\u00FF\"}")]
    [InlineData("{\"\\ud800\":1,\"alg\":\"none\"}")]
    public async Task Text_that_is_no_unicode_is_refused_like_any_rubbish(string header)
    {
        using var issuer = new Issuer();
        issuer.AddKey("k");
        using var http = new HttpClient(issuer);
        var keys = new SigningKeys(http, Issuer.Authority, Issuer.Tenant, clock);
        var check = new TokenAuthorization(new TokenRules(Issuer.Tenant, ["api"], "role", []), keys, clock);
        var request = new DefaultHttpContext().Request;
        var token = $"{Base64Url.EncodeToString(Encoding.Latin1.GetBytes(header))}.e30.e30";
        request.Headers.Authorization = $"Bearer {token}";
        Assert.NotNull(await check.RefusalAsync(request, default));
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_end_the_reading_of_keys()
    {
        using var issuer = new Issuer();
        issuer.AddKey("k");
        using var slow = new Slow(issuer);
        using var http = new HttpClient(slow);
        var keys = new SigningKeys(http, Issuer.Authority, Issuer.Tenant, clock);
        using var gone = new CancellationTokenSource();
        var stranger = keys.FindAsync("made up", gone.Token).AsTask();
        await slow.Asked.Task;
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stranger);
        slow.GoOn.SetResult();
        Assert.NotNull(await keys.FindAsync("k", default));
    }

    sealed class Slow(Issuer inner) : DelegatingHandler(inner)
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancel
        )
        {
            Asked.TrySetResult();
            await GoOn.Task.WaitAsync(cancel);
            return await base.SendAsync(request, cancel);
        }
    }
}
