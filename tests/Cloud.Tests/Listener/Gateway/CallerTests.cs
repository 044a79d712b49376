using System.Diagnostics;
using System.Net;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Listener.Gateway;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Gateway;

/// <summary>What every request says of its caller.</summary>
public sealed class CallerTests : HopTests
{
    readonly Dictionary<string, string?> headers = new(StringComparer.OrdinalIgnoreCase);

    HttpGateway Connect(Func<HttpMessageHandler, HttpMessageHandler> sign)
    {
        Hop.Instead = (http, answer) =>
        {
            foreach (var header in http.Request.Headers)
                headers[header.Key] = header.Value;
            return answer();
        };
        return new(
            Options with
            {
                Address = Hop.Address,
                Tries = 2,
            },
            sign(HttpGateway.Transport()),
            Clock,
            Test.Entropy,
            NullLoggerFactory.Instance,
            Blobs,
            Queues
        );
    }

    [Fact]
    public async Task A_function_key_goes_by_its_header()
    {
        await using var gateway = Connect(inner => CallerKey.Function("s3cret", inner));
        await gateway.ListMailboxesAsync(Test.AliceId, default);
        Assert.Equal("s3cret", headers["x-functions-key"]);
    }

    [Fact]
    public async Task A_token_is_asked_for_with_each_call()
    {
        var asked = 0;
        await using var gateway = Connect(inner => CallerKey.Bearer(_ => new($"token{++asked}"), inner));
        await gateway.ListMailboxesAsync(Test.AliceId, default);
        await gateway.ListMailboxesAsync(Test.AliceId, default);
        Assert.Equal("Bearer token2", headers["Authorization"]);
    }

    [Fact]
    public async Task Without_a_token_no_call_is_made_and_it_is_a_fault()
    {
        await using var gateway = Connect(inner =>
            CallerKey.Bearer(_ => throw new InvalidOperationException("no identity"), inner)
        );
        await Assert.ThrowsAnyAsync<StoreException>(() => PassAsync(gateway.ListMailboxesAsync(Test.AliceId, default)));
        Assert.Equal(0, Asked("list"));
    }

    [Fact]
    public async Task A_message_s_trace_is_its_transaction()
    {
        await using var gateway = Connect(inner => inner);
        var transaction = Test.NewTransaction();
        var message = await UploadAsync(gateway, transaction);
        await gateway.ReceiveAsync(TestBackend.Request(transaction, message, TestBackend.Alice), default);
        Assert.Matches($"^00-00000{transaction}-[0-9a-f]{{16}}-01$", headers["traceparent"]);
    }

    [Fact]
    public async Task A_recipient_is_asked_about_in_the_trace_of_the_message_that_may_come()
    {
        await using var gateway = Connect(inner => inner);
        var transaction = Test.NewTransaction();
        var request = new CheckRecipientRequest(
            null,
            EmailAddress.TryParse(TestBackend.Alice)!,
            null,
            0,
            IPAddress.Loopback
        )
        {
            Transaction = transaction,
        };
        await gateway.CheckRecipientAsync(request, default);
        Assert.StartsWith($"00-00000{transaction}-", headers["traceparent"]);
    }

    [Fact]
    public async Task Another_call_belongs_to_what_goes_on()
    {
        await using var gateway = Connect(inner => inner);
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        await gateway.ListMailboxesAsync(Test.AliceId, default);
        Assert.Equal(activity.Id, headers["traceparent"]);
        Assert.Equal(WireFormat.Version, headers[WireFormat.VersionHeader]);
    }

    [Fact]
    public async Task No_length_is_told_or_the_host_would_read_the_body_itself()
    {
        await using var gateway = Connect(inner => inner);
        await gateway.ListMailboxesAsync(Test.AliceId, default);
        Assert.Equal("chunked", headers["Transfer-Encoding"]);
        Assert.DoesNotContain("Content-Length", headers.Keys);
    }
}
