using Cloud.Api.Gateway;

namespace Cloud.Api.Rest;

/// <summary>What the gateway refuses, in the API's words.</summary>
static class Refusals
{
    /// <param name="pointer">The member that it is about.</param>
    /// <exception cref="ApiException">It is refused.</exception>
    public static void Check(Result result, string pointer)
    {
        if (!result.IsOk)
            throw new ApiException(ProblemOf(result.Refusal, result.Reason, pointer));
    }

    public static ApiProblem ProblemOf(Refusal refusal, string reason, string pointer)
    {
        var detail = reason.EndsWith('.') ? reason : $"{reason}.";
        return refusal switch
        {
            Refusal.NotFound => ApiProblem.Of(404, "not-found", detail),
            Refusal.AlreadyExists => ApiProblem.Conflict("exists", detail),
            Refusal.OverQuota => ApiProblem.Of(507, "over-quota", detail),
            Refusal.OverLimit => ApiProblem.Conflict("over-limit", detail),
            Refusal.HasChildren => ApiProblem.Conflict("has-children", detail),
            Refusal.CannotBe => ApiProblem.Conflict("cannot-be", detail),
            Refusal.NoPermission => ApiProblem.Of(403, "no-permission", detail),
            Refusal.TooLate => ApiProblem.Conflict("too-late", detail),
            _ => ApiProblem.Invalid(pointer, detail),
        };
    }
}
