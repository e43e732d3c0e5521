// Asks the browser for a passkey and puts its answer into the form, which is sent as any other.
"use strict";

(() => {
	const form = document.querySelector("form[data-passkey]");
	if (!form || !window.PublicKeyCredential) return;

	const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), one => one.charCodeAt(0));
	const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
		.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

	const asked = JSON.parse(form.dataset.asked);
	asked.challenge = bytes(asked.challenge);
	if (asked.user) asked.user.id = bytes(asked.user.id);
	for (const known of asked.excludeCredentials || []) known.id = bytes(known.id);

	const fill = (name, buffer) => { form.elements[name].value = buffer ? text(buffer) : ""; };

	const answer = async () => {
		if (form.dataset.passkey === "make") {
			const made = await navigator.credentials.create({publicKey: asked});
			fill("client_data", made.response.clientDataJSON);
			fill("attestation", made.response.attestationObject);
			return;
		}
		const used = await navigator.credentials.get({publicKey: asked});
		fill("client_data", used.response.clientDataJSON);
		fill("credential", used.rawId);
		fill("data", used.response.authenticatorData);
		fill("signature", used.response.signature);
		fill("handle", used.response.userHandle);
	};

	const failed = document.getElementById("passkey-failed");
	const button = form.querySelector("button");
	form.addEventListener("submit", event => {
		event.preventDefault();
		failed.hidden = true;
		button.disabled = true;
		answer().then(
			() => form.submit(),
			error => {
				button.disabled = false;
				failed.hidden = false;
				failed.querySelector("[data-known]").hidden = error.name !== "InvalidStateError";
				failed.querySelector("[data-other]").hidden = error.name === "InvalidStateError";
				failed.focus();
			},
		);
	});

	document.getElementById("passkey-without").hidden = true;
	form.hidden = false;
})();
